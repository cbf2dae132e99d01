/* base to the power of exponent, modulo 2^32, by squaring. */
static uint32_t power_uint32(uint32_t base, uint32_t exponent)
{
    uint32_t result = 1;
    while (exponent != 0) {
        if ((exponent & 1u) != 0) {
            result *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    return result;
}
