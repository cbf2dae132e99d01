/*
 * $summary
 * Two passes: exponentials are pairs of mantissa and exponent, which cannot overflow, so that nobody has to look
 * for the largest element first.
 */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const float *row = $row;
    float *result = $result;
    uint64_t sum = 0;
    int64_t exponent = 0;
    int finite = 1;
    for (int32_t i = 0; i < $extent; ++i) {
        const float element = row[$x_step];
        uint32_t mantissa = 0;
        if (element < INFINITY) {
            const int64_t own = split_exp_f32(element, &mantissa);
            sum = add_scaled(sum, &exponent, mantissa, own);
        } else {
            finite = 0;
        }
    }
    finite = finite && sum != 0u;
    while (finite && sum >> 62 == 0u) {
        sum <<= 1;
        exponent -= 1;
    }
    /* 1 / sum = reciprocal * 2^(-44 - exponent) */
    const uint64_t reciprocal = finite ? ((uint64_t)1 << 63) / (sum >> 31) : 0u;
    for (int32_t i = 0; i < $extent; ++i) {
        float value = NAN;
        if (finite) {
            uint32_t mantissa;
            const int64_t shift = split_exp_f32(row[$x_step], &mantissa) - exponent;
            const uint64_t product = (mantissa * reciprocal) >> 11;
            value = shift < -300 ? 0.0f : ldexpf((float)product, (int)shift - 63);
        }
        result[$out_step] = value;
    }
    //% end
}
