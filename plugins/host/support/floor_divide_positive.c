/* Quotient rounded towards minus infinity, for a positive divisor. */
static int64_t floor_divide_positive(int64_t value, int64_t divisor)
{
    const int64_t quotient = value / divisor;
    return quotient - (value % divisor < 0 ? 1 : 0);
}
