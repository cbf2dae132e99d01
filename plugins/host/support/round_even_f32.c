/* Nearest integer, ties to even: beyond 2^23 a float has no fraction, below it adding 2^23 rounds it away. */
static float round_even_f32(float value)
{
    const float whole = 8388608.0f;
    if (value >= 0.0f) {
        return value < whole ? (value + whole) - whole : value;
    }
    return value > -whole ? (value - whole) + whole : value;
}
