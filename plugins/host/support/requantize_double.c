/*
 * value * multiplier * 2^(shift - 31) with two roundings, as gemmlowp does it: the high half of the doubled
 * product to nearest, ties up, then a division by a power of two to nearest, ties away from zero.
 */
static int32_t requantize_double(int32_t value, int32_t multiplier, int32_t shift)
{
    const int32_t shifted = shift > 0 ? (int32_t)((uint32_t)value << shift) : value;
    const int32_t high = (int32_t)shift_right((int64_t)shifted * multiplier + ((int64_t)1 << 30), 31);
    if (shift >= 0) {
        return high;
    }
    const int32_t mask = (int32_t)(((uint32_t)1 << -shift) - 1);
    const int32_t threshold = (mask >> 1) + (high < 0 ? 1 : 0);
    return (int32_t)shift_right(high, -shift) + ((high & mask) > threshold ? 1 : 0);
}
