/* Truncated towards zero and wrapped to 64 bits; 0 for what is not finite. */
static int64_t wrap_f32_int64(float value)
{
    if (value > -9223372036854775808.0f && value < 9223372036854775808.0f) {
        return (int64_t)value;
    }
    if (value - value != 0.0f) {
        return 0;
    }
    const float rest = fmodf(value, 18446744073709551616.0f);
    return (int64_t)(rest < 0.0f ? 0u - (uint64_t)-rest : (uint64_t)rest);
}
