/* The product of two fixed-point numbers without integer bits: a * b / 2^31, to nearest, ties up, saturated. */
static int32_t doubling_high_multiply(int32_t a, int32_t b)
{
    if (a == INT32_MIN && b == INT32_MIN) {
        return INT32_MAX;
    }
    return (int32_t)shift_right((int64_t)a * b + ((int64_t)1 << 30), 31);
}
