/* Quotient rounded towards minus infinity; zero and overflow as in divide_int64. */
static int64_t floor_divide_int64(int64_t a, int64_t b)
{
    const int64_t quotient = divide_int64(a, b);
    return b != 0 && b != -1 && a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}
