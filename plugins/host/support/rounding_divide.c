/* value / 2^exponent, rounded to nearest, ties away from zero. */
static int32_t rounding_divide(int32_t value, int32_t exponent)
{
    const int32_t bits = exponent & 31;
    const int32_t mask = (int32_t)(((uint32_t)1 << bits) - 1);
    const int32_t threshold = (mask >> 1) + (value < 0 ? 1 : 0);
    return (int32_t)shift_right(value, bits) + ((value & mask) > threshold ? 1 : 0);
}
