/* value / 2^bits, rounded towards minus infinity; C leaves >> of negative values to the compiler. */
static int64_t shift_right(int64_t value, int32_t bits)
{
    return value >= 0 ? value >> bits : ~(~value >> bits);
}
