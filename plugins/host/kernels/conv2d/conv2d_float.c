/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest outer_loops
    $window
    /* The sums of all filters grow side by side, each over channel, kernel row, kernel column. */
    float *sums = $sums;
    for (int32_t oc = 0; oc < $filters; ++oc) {
        sums[oc] = $initial;
    }
    for (int32_t ic = 0; ic < $channels; ++ic) {
        for (int32_t ky = $ky_from; ky < $ky_to; ++ky) {
            for (int32_t kx = $kx_from; kx < $kx_to; ++kx) {
                const float value = x[$x_index];
                const float *filter = $filter;
                for (int32_t oc = 0; oc < $filters; ++oc) {
                    sums[oc] += value * filter[oc];
                }
            }
        }
    }
    //% if clips
    for (int32_t oc = 0; oc < $filters; ++oc) {
        const float acc = sums[oc];
        $store
    }
    //% end
    //% end
}
