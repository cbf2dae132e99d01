/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $type acc = x[$x_index];
    $store
    //% end
}
