/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $type x = a[$a_index];
    const $type y = b[$b_index];
    out[$out_index] = $result;
    //% end
}
