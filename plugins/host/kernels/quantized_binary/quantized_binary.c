/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    //% if real
    const double x = (double)$x * $x_scale;
    const double y = (double)$y * $y_scale;
    //% else
    const $wide x = $x;
    const $wide y = $y;
    //% if add
    /* Both on twice the larger input scale, with $bits more bits. */
    const int32_t acc = $requantize(x * $unit, $x_multiplier, $x_shift)
                        + $requantize(y * $unit, $y_multiplier, $y_shift);
    //% else
    const $wide acc = x * y;
    //% end
    //% end
    $store
    //% end
}
