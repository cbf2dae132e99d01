/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $type *pixel = $pixel;
    const int32_t from = $from;
    const int32_t to = $to;
    $type sum = $zero;
    for (int32_t c = from; c < to; ++c) {
        const $type value = pixel[$step];
        sum += value * value;
    }
    out[$out_index] = pixel[$own] / $pow($bias + $factor * sum, $beta);
    //% end
}
