/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% if constant
    for (int32_t i = 0; i < $count; ++i) {
        out[i] = $value;
    }
    //% end
    //% nest loops
    $sources
    out[$out_index] = in[$in_index];
    //% end
}
