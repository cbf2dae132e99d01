/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest batch_loop
    $hidden
    $cell
    for (int32_t j = 0; j < $units; ++j) {
        hidden[j] = $initial_hidden;
        cell[j] = $initial_cell;
    }
    $length
    for (int32_t s = 0; s < $steps; ++s) {
        const $type *input = $input;
        $next
        for (int32_t j = 0; j < $units; ++j) {
            /* Input, output and forget gate and the new content, before their activations. */
            $type gate[4];
            for (int32_t g = 0; g < 4; ++g) {
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
            $admit
            $keep
            $fresh
            cell[j] = keep * cell[j] + admit * fresh;
            $expose
            $shown
            next[j] = expose * shown;
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
