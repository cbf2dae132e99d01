/*
 * e^x = mantissa * 2^(exponent - 30) for x below infinity; gives the exponent. The mantissa is 0, or between
 * 0.7 and 1.5 times 2^30.
 */
static int64_t split_exp_f32(float x, uint32_t *mantissa)
{
    const float size = fabsf(x);
    int32_t exponent;
    float t;
    if (size <= 8192.0f) {
        /* ln 2 in parts whose products with the exponent are exact. */
        const float scaled = x * 1.44269502f;
        exponent = (int32_t)(scaled + (scaled < 0.0f ? -0.5f : 0.5f));
        t = x - (float)exponent * 0.692382812f;
        t = t - (float)exponent * 0.000763893127f;
        t = t - (float)exponent * 4.74932506e-07f;
    } else if (size < 1073741824.0f) {
        const double wide = (double)x;
        const double scaled = wide * 1.4426950408889634;
        exponent = (int32_t)(scaled + (scaled < 0.0 ? -0.5 : 0.5));
        t = (float)(wide - (double)exponent * 0.6931467056274414 - (double)exponent * 4.7493244892393705e-7 - (double)exponent * 5.497923018708371e-14);
    } else {
        /* Neighbours lie so far apart here that one of two exponentials vanishes beside the other. */
        uint32_t bits;
        memcpy(&bits, &size, sizeof bits);
        const int64_t far_off = 1549082005 + (int64_t)(bits - 0x4e800000u) * 256;
        *mantissa = x == -INFINITY ? 0u : 1073741824u;
        return x < 0.0f ? -far_off : far_off;
    }
    /* e^t - 1 = t + t^2 * series */
    float series = 0.000198412701f;
    series = series * t + 0.00138888892f;
    series = series * t + 0.00833333377f;
    series = series * t + 0.0416666679f;
    series = series * t + 0.166666672f;
    series = series * t + 0.5f;
    const float rest = t + t * t * series;
    *mantissa = (uint32_t)(1073741824 + (int32_t)(rest * 1073741824.0f));
    return exponent;
}
