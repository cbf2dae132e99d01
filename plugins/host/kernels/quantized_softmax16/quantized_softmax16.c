/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const int16_t *row = $row;
    int16_t *result = $result;
    int32_t largest = row[0];
    for (int32_t i = 1; i < $extent; ++i) {
        largest = row[$x_step] > largest ? row[$x_step] : largest;
    }
    int32_t sum = 0;
    for (int32_t i = 0; i < $extent; ++i) {
        const int32_t difference = requantize_double(row[$x_step] - largest, $multiplier, $shift) + 32767;
        const int32_t power = look_up_int16(exponentials, difference);
        result[$out_step] = (int16_t)power;
        sum += power;
    }
    int32_t headroom = 0;
    while ((((uint32_t)sum << headroom) & 0x80000000u) == 0u) {
        ++headroom;
    }
    const int32_t shifted = (int32_t)((((int64_t)sum << (headroom - 1)) + 8192) >> 14);
    const int32_t reciprocal = look_up_int16(reciprocals, shifted - 98304);
    for (int32_t i = 0; i < $extent; ++i) {
        const int64_t product = (int64_t)result[$out_step] * reciprocal;
        const int64_t scaled = (product + ((int64_t)1 << (30 - headroom))) >> (31 - headroom);
        result[$out_step] = (int16_t)(scaled > 32767 ? 32767 : scaled);
    }
    //% end
}
