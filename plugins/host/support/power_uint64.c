/* base to the power of exponent, modulo 2^64, by squaring. */
static uint64_t power_uint64(uint64_t base, uint64_t exponent)
{
    uint64_t result = 1;
    while (exponent != 0) {
        if ((exponent & 1u) != 0) {
            result *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    return result;
}
