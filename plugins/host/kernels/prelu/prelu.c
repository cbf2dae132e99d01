/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $type value = x[$x_index];
    out[$out_index] = value < 0 ? value * slope[$slope_index] : value;
    //% end
}
