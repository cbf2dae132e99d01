/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $type *row = $row;
    //% if with_values
    $type *best = $best;
    //% end
    //% if with_indices
    int64_t *place = $place;
    //% end
    /* The best so far lie in order; each element moves up past those that it beats. */
    for (int32_t i = 0; i < $extent; ++i) {
        const $type value = row[$x_step];
        int32_t p = i < $k ? i : $k;
        while (p > 0) {
            const $type other = $other;
            if (!($wins)) {
                break;
            }
            if (p < $k) {
                //% if with_values
                best[$best_at] = other;
                //% end
                //% if with_indices
                place[$place_at] = place[$place_before];
                //% end
            }
            --p;
        }
        if (p < $k) {
            //% if with_values
            best[$best_at] = value;
            //% end
            //% if with_indices
            place[$place_at] = i;
            //% end
        }
    }
    //% end
}
