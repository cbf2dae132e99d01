/* Remainder of the quotient rounded towards minus infinity: it has the sign of b. */
static float floor_remainder_f32(float a, float b)
{
    const float rest = fmodf(a, b);
    return (rest < 0.0f || rest > 0.0f) && (rest < 0.0f) != (b < 0.0f) ? rest + b : rest;
}
