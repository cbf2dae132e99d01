/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    out[$out_index] = condition[$condition_index] != 0 ? a[$a_index] : b[$b_index];
    //% end
}
