/* value / 2^bits, rounded towards minus infinity; C leaves >> of negative values to the compiler. */
static int32_t shift_right_int32(int32_t value, int32_t bits)
{
    return value >= 0 ? value >> bits : ~(~value >> bits);
}
