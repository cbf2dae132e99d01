/* Quotient rounded towards minus infinity; zero and overflow as in divide_int32. */
static int32_t floor_divide_int32(int32_t a, int32_t b)
{
    const int32_t quotient = divide_int32(a, b);
    return b != 0 && b != -1 && a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}
