/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $type x = in[$in_index];
    $store
    //% end
}
