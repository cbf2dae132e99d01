/*
 * 1 / (1 + fraction) for a fraction of 31 bits, as gemmlowp computes it: three steps of Newton and Raphson on
 * half the denominator from 48/17 - 32/17 * x, in numbers with two integer bits.
 */
static int32_t fixed_point_reciprocal(int32_t fraction)
{
    const int32_t half = (int32_t)(((int64_t)fraction + INT32_MAX + 1) / 2);
    int32_t x = 1515870810 + doubling_high_multiply(half, -1010580540);
    for (int32_t step = 0; step < 3; ++step) {
        const int32_t rest = ((int32_t)1 << 29) - doubling_high_multiply(half, x);
        x += saturating_shift(doubling_high_multiply(x, rest), 2);
    }
    return saturating_shift(x, 1);
}
