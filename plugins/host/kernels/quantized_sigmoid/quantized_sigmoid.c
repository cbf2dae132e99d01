/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const int32_t scaled = (int32_t)shift_right((int64_t)x[$x_index] * $multiplier + $half, $shift);
    const int32_t size = scaled < 0 ? -scaled : scaled;
    const int32_t at = size >> $bits;
    int32_t value = $largest;
    if (at < 255) {
        value = (int32_t)table[at] * $step + (size & ($step - 1)) * ((int32_t)table[at + 1] - (int32_t)table[at]);
    }
    //% if tanh
    value = scaled >= 0 ? value - 8388608 + 128 : 8388608 + 127 - value;
    out[$out_index] = (int16_t)shift_right(value, 8);
    //% else
    value = scaled >= 0 ? value + 512 : 33554432 + 511 - value;
    out[$out_index] = (int16_t)(value >> 10);
    //% end
    //% end
}
