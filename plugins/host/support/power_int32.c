/* base to the power of exponent, wrapped; negative exponents give the reciprocal, truncated. */
static int32_t power_int32(int32_t base, int32_t exponent)
{
    if (exponent >= 0) {
        return (int32_t)power_uint32((uint32_t)base, (uint32_t)exponent);
    }
    if (base == 1) {
        return 1;
    }
    return base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
}
