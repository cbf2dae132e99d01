/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    /* Negative indices count from the end; one outside the axis picks the first element. */
    const int64_t index = indices[$indices_index];
    const int64_t wanted = index < 0 ? index + $extent : index;
    const int32_t pick = wanted >= 0 && wanted < $extent ? (int32_t)wanted : 0;
    out[$out_index] = x[$x_index];
    //% end
}
