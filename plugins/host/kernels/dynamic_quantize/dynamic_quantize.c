/* $summary */
MATCH_KERNEL void $name($parameters)
{
    /* The range of the tensor, zero included. */
    float min = 0.0f;
    float max = 0.0f;
    //% nest loops
    const float value = x[$x_index];
    min = value < min ? value : min;
    max = value > max ? value : max;
    //% end
    const float step = (max - min) / 255.0f;
    const float factor = step > 0.0f ? step : 1.0f;
    //% if with_offset
    const float zero = round_even_f32(-min / factor);
    const float offset = zero > 255.0f ? 255.0f : zero;
    //% end
    //% if with_values
    //% nest loops
    const float value = round_even_f32(x[$x_index] / factor) + offset;
    out[$out_index] = $saturated;
    //% end
    //% end
    //% if with_scale
    scale[0] = factor;
    //% end
    //% if with_zero_point
    zero_point[0] = (uint8_t)offset;
    //% end
}
