/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $type difference = ($type)x[$x_index] - ($type)zero_point[$channel];
    out[$out_index] = (float)difference * scale[$channel];
    //% end
}
