/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    out[$out_index] = in[$in_index];
    //% end
}
