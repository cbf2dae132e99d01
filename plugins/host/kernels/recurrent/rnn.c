/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest batch_loop
    $hidden
    for (int32_t j = 0; j < $units; ++j) {
        hidden[j] = $initial_hidden;
    }
    $length
    for (int32_t s = 0; s < $steps; ++s) {
        const $type *input = $input;
        $next
        for (int32_t j = 0; j < $units; ++j) {
            const $type *w = weights + j * $features;
            const $type *r = recurrence + j * $units;
            $type acc = $bias;
            for (int32_t i = 0; i < $features; ++i) {
                acc += input[i] * w[i];
            }
            for (int32_t i = 0; i < $units; ++i) {
                acc += hidden[i] * r[i];
            }
            $activation
            next[j] = result;
        }
        for (int32_t j = 0; j < $units; ++j) {
            hidden[j] = next[j];
        }
    }
    //% if padded
    for (int32_t s = length; s < $all_steps; ++s) {
        $rest
        for (int32_t j = 0; j < $units; ++j) {
            rest[j] = $zero;
        }
    }
    //% end
    //% end
}
