/* base to the power of exponent, wrapped; negative exponents give the reciprocal, truncated. */
static int64_t power_int64(int64_t base, int64_t exponent)
{
    if (exponent >= 0) {
        return (int64_t)power_uint64((uint64_t)base, (uint64_t)exponent);
    }
    if (base == 1) {
        return 1;
    }
    return base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
}
