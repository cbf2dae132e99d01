/* Truncated towards zero and wrapped to 64 bits; 0 for what is not finite. */
static int64_t wrap_f64_int64(double value)
{
    if (value > -9223372036854775808.0 && value < 9223372036854775808.0) {
        return (int64_t)value;
    }
    if (value - value != 0.0) {
        return 0;
    }
    const double rest = fmod(value, 18446744073709551616.0);
    return (int64_t)(rest < 0.0 ? 0u - (uint64_t)-rest : (uint64_t)rest);
}
