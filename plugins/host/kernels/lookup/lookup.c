/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    out[$out_index] = table[$entry];
    //% end
}
