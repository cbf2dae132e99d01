/* value * multiplier * 2^(shift - 31) with one rounding to nearest, ties up. The result fits 32 bits. */
static int32_t requantize_single(int32_t value, int32_t multiplier, int32_t shift)
{
    const int32_t bits = 31 - shift;
    const int64_t product = (int64_t)value * multiplier;
    return (int32_t)shift_right(product + ((int64_t)1 << (bits - 1)), bits);
}
