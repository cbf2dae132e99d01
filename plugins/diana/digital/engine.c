/*
 * Model of the digital array: does what it does, on the packed weights and in its own byte order, 16 output columns and
 * 16 output channels at a time, and counts cycles.
 */
enum { DIANA_SIDE = 16, DIANA_LANES = 4 };

/* A value of 8 bits with its sign, where it has one. */
static int32_t diana_digital_value(uint8_t byte, int32_t is_signed)
{
    return is_signed && byte > 127 ? (int32_t)byte - 256 : (int32_t)byte;
}

/* Shifts a sum of 32 bits to the right, rounded down, and clips it to 8 bits; a ReLU leaves no negative ones. */
static uint8_t diana_digital_clip(uint32_t sum, int32_t shift, int32_t is_signed, int32_t relu)
{
    const int32_t value = sum >> 31 != 0 ? -(int32_t)(~sum >> shift) - 1 : (int32_t)(sum >> shift);
    const int32_t least = is_signed && !relu ? -128 : 0;
    const int32_t most = is_signed ? 127 : 255;
    return (uint8_t)((value < least ? least : value > most ? most : value) & 0xFF);
}
