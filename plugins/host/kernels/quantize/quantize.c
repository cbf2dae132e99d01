/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    //% if exact_in_float
    const float rounded = round_even_f32(x[$x_index] / scale[$channel]);
    const float value = rounded + (float)zero_point[$channel];
    //% else
    const double rounded = (double)round_even_f32(x[$x_index] / scale[$channel]);
    const double value = rounded + (double)zero_point[$channel];
    //% end
    out[$out_index] = $saturated;
    //% end
}
