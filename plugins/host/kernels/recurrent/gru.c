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
        $type reset[$units];
        /* Gates z and r of every unit, then its new state. */
        for (int32_t j = 0; j < $units; ++j) {
            $type gate[2];
            for (int32_t g = 0; g < 2; ++g) {
                const $type *w = weights + (g * $units + j) * $features;
                const $type *r = recurrence + (g * $units + j) * $units;
                $type acc = $gate_bias;
                for (int32_t i = 0; i < $features; ++i) {
                    acc += input[i] * w[i];
                }
                for (int32_t i = 0; i < $units; ++i) {
                    acc += hidden[i] * r[i];
                }
                gate[g] = acc;
            }
            $update
            $forget
            next[j] = update;
            //% if resets_after
            reset[j] = forget;
            //% else
            reset[j] = forget * hidden[j];
            //% end
        }
        for (int32_t j = 0; j < $units; ++j) {
            const $type *w = weights + ($own + j) * $features;
            const $type *r = recurrence + ($own + j) * $units;
            $type acc = $own_bias;
            for (int32_t i = 0; i < $features; ++i) {
                acc += input[i] * w[i];
            }
            //% if resets_after
            $type before = $recurrent_bias;
            for (int32_t i = 0; i < $units; ++i) {
                before += hidden[i] * r[i];
            }
            acc += reset[j] * before;
            //% else
            for (int32_t i = 0; i < $units; ++i) {
                acc += reset[i] * r[i];
            }
            //% end
            $fresh
            next[j] = ($one - next[j]) * fresh + next[j] * hidden[j];
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
