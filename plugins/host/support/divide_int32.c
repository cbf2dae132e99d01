/* Quotient rounded towards zero; a division by zero gives zero, and the one quotient that does not fit wraps. */
static int32_t divide_int32(int32_t a, int32_t b)
{
    if (b == 0) {
        return 0;
    }
    return b == -1 ? (int32_t)(0u - (uint32_t)a) : a / b;
}
