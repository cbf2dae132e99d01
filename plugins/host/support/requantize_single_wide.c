/*
 * value * multiplier * 2^(shift - 31) with one rounding to nearest, ties up, for values or results beyond
 * 32 bits: the product is kept in two parts, high * 2^32 + low.
 */
static int64_t requantize_single_wide(int64_t value, int32_t multiplier, int32_t shift)
{
    const int32_t bits = 31 - shift;
    const int64_t upper = shift_right(value, 32);
    const int64_t lower = (int64_t)((uint64_t)value & UINT32_MAX) * multiplier;
    const int64_t high = upper * multiplier + (lower >> 32);
    const int64_t low = lower & (int64_t)UINT32_MAX;
    if (bits > 32) {
        /* Half a unit of the result is a multiple of 2^32: the low part cannot reach it. */
        return shift_right(high + ((int64_t)1 << (bits - 33)), bits - 32);
    }
    return (int64_t)((uint64_t)high << (32 - bits)) + ((low + ((int64_t)1 << (bits - 1))) >> bits);
}
