/* Saturates to 16 bits and interpolates between entries 128 apart, of which the first stands for -32768. */
static int32_t look_up_int16(const int16_t *table, int32_t value)
{
    const int32_t saturated = value < -32768 ? -32768 : value > 32767 ? 32767 : value;
    const int32_t index = (saturated + 32768) >> 7;
    const int32_t slope = table[index + 1] - table[index];
    return table[index] + (int32_t)shift_right(slope * ((saturated + 32768) & 127) + 64, 7);
}
