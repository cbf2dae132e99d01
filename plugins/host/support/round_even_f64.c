/* Nearest integer, ties to even: beyond 2^52 a double has no fraction, below it adding 2^52 rounds it away. */
static double round_even_f64(double value)
{
    const double whole = 4503599627370496.0;
    if (value >= 0.0) {
        return value < whole ? (value + whole) - whole : value;
    }
    return value > -whole ? (value - whole) + whole : value;
}
