/* Truncated towards zero and wrapped to 32 bits; 0 for what is not finite. */
static int32_t wrap_f32_int32(float value)
{
    if (value > -2147483648.0f && value < 2147483648.0f) {
        return (int32_t)value;
    }
    return value - value == 0.0f ? (int32_t)(int64_t)fmodf(value, 4294967296.0f) : 0;
}
