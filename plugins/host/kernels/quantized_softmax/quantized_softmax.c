/* $summary */
MATCH_KERNEL void $name($parameters)
{
    /* exp(-scale * d) for d = 0 ... 255, the distance to the largest element of a row. */
    //% if fixed_point
    static const int32_t exponential[256] = {
        $table
    };
    /* The same with 19 fractional bits. */
    static const int32_t term[256] = {
        $terms
    };
    //% else
    static const $real exponential[256] = {
        $table
    };
    //% end
    //% nest loops
    const $x_type *row = $row;
    $out_type *result = $result;
    int32_t largest = row[0];
    for (int32_t i = 1; i < $extent; ++i) {
        largest = row[$x_step] > largest ? row[$x_step] : largest;
    }
    //% if fixed_point
    int32_t sum = 0;
    for (int32_t i = 0; i < $extent; ++i) {
        sum = (int32_t)((uint32_t)sum + (uint32_t)term[largest - row[$x_step]]);
    }
    int32_t headroom = 0;
    while (((uint32_t)sum << headroom) < 0x80000000u && headroom < 31) {
        ++headroom;
    }
    const int32_t reciprocal = fixed_point_reciprocal((int32_t)(((uint32_t)sum << headroom) - 0x80000000u));
    for (int32_t i = 0; i < $extent; ++i) {
        const int32_t p = doubling_high_multiply(reciprocal, exponential[largest - row[$x_step]]);
        const int32_t scaled = rounding_divide(p, $bits - headroom) $offset;
        result[$out_step] = ($out_type)clamp_int32(scaled, $min, $max);
    }
    //% else
    $real sum = 0;
    for (int32_t i = 0; i < $extent; ++i) {
        sum += exponential[largest - row[$x_step]];
    }
    //% if float_table
    const float factor = 1.0f / (sum * $output_scale);
    for (int32_t i = 0; i < $extent; ++i) {
        /* Not negative: truncating rounds down. */
        const int32_t scaled = (int32_t)(exponential[largest - row[$x_step]] * factor + 0.5f) $offset;
        result[$out_step] = ($out_type)clamp_int32(scaled, $min, $max);
    }
    //% else
    for (int32_t i = 0; i < $extent; ++i) {
        const double p = exponential[largest - row[$x_step]] / sum / $output_scale;
        const int32_t scaled = (int32_t)round_even_f64(p) $offset;
        result[$out_step] = ($out_type)clamp_int32(scaled, $min, $max);
    }
    //% end
    //% end
    //% end
}
