/* value * 2^bits, saturated. */
static int32_t saturating_shift(int32_t value, int32_t bits)
{
    return (int32_t)clamp_int64((int64_t)value * ((int64_t)1 << bits), INT32_MIN, INT32_MAX);
}
