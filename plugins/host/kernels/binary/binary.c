/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $type x = $x;
    const $type y = $y;
    const $type acc = $result;
    $store
    //% end
}
