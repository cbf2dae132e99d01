/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest outer_loops
    $window
    //% nest inner_loops
    $acc_type sum = 0;
    for (int32_t ky = $ky_from; ky < $ky_to; ++ky) {
        for (int32_t kx = $kx_from; kx < $kx_to; ++kx) {
            sum += $element;
        }
    }
    const $acc_type count = $count;
    //% if half_away
    /* To nearest, ties away from zero. */
    const $acc_type mean = sum > 0 ? (sum + count / 2) / count : -((count / 2 - sum) / count);
    out[$out_index] = ($type)$rounded;
    //% else
    out[$out_index] = $mean;
    //% end
    //% end
    //% end
}
