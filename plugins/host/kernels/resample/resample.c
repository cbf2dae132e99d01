/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    $type acc = $initial;
    for (int32_t t = 0; t < $taps; ++t) {
        acc += weights[$tap] * x[$x_index];
    }
    out[$out_index] = acc;
    //% end
}
