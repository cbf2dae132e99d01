/* Remainder of the quotient rounded towards minus infinity: it has the sign of b. */
static double floor_remainder_f64(double a, double b)
{
    const double rest = fmod(a, b);
    return (rest < 0.0 || rest > 0.0) && (rest < 0.0) != (b < 0.0) ? rest + b : rest;
}
