/* Remainder of the quotient rounded towards minus infinity: it has the sign of b. Zero where b is zero. */
static int32_t floor_remainder_int32(int32_t a, int32_t b)
{
    const int32_t rest = b == 0 || b == -1 ? 0 : a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
