/*
 * The sum * 2^(*exponent - 50) and mantissa * 2^(own - 30) together, with the larger of the exponents. The sum keeps
 * 20 bits below the mantissas, so that many small terms do not get lost, and 12 above them.
 */
static uint64_t add_scaled(uint64_t sum, int64_t *exponent, uint32_t mantissa, int64_t own)
{
    uint64_t term = (uint64_t)mantissa << 20;
    if (mantissa == 0u) {
        return sum;
    }
    if (sum == 0u || own > *exponent) {
        sum = sum == 0u || own - *exponent > 63 ? 0u : sum >> (own - *exponent);
        *exponent = own;
    } else {
        term = *exponent - own > 63 ? 0u : term >> (*exponent - own);
    }
    sum += term;
    if (sum >> 62 != 0u) {
        sum >>= 1;
        *exponent += 1;
    }
    return sum;
}
