/* value / 2^exponent, rounded to nearest, ties away from zero; 0 for exponents above 31. */
static int32_t rounding_divide(int32_t value, int32_t exponent)
{
    if (exponent > 31) {
        return 0;
    }
    const int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1);
    const int32_t threshold = (mask >> 1) + (value < 0 ? 1 : 0);
    return (int32_t)shift_right(value, exponent) + ((value & mask) > threshold ? 1 : 0);
}
