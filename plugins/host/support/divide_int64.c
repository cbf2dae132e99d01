/* Quotient rounded towards zero; a division by zero gives zero, and the one quotient that does not fit wraps. */
static int64_t divide_int64(int64_t a, int64_t b)
{
    if (b == 0) {
        return 0;
    }
    return b == -1 ? (int64_t)(0u - (uint64_t)a) : a / b;
}
