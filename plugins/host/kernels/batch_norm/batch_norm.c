/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const float deviation = sqrtf(variance[$channel] + $epsilon);
    const float factor = scale[$channel] / deviation;
    const float centred = x[$x_index] - mean[$channel];
    out[$out_index] = centred * factor + bias[$channel];
    //% end
}
