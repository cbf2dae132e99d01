/* Truncated towards zero and wrapped to 32 bits; 0 for what is not finite. */
static int32_t wrap_f64_int32(double value)
{
    if (value > -2147483648.0 && value < 2147483648.0) {
        return (int32_t)value;
    }
    return value - value == 0.0 ? (int32_t)(int64_t)fmod(value, 4294967296.0) : 0;
}
