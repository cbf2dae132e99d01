/* $summary */
static void $name($parameters)
{
    //% nest outer_loops
    const int32_t y0 = $y0;
    const int32_t ky_begin = $ky_begin;
    const int32_t ky_end = $ky_end;
    const int32_t x0 = $x0;
    const int32_t kx_begin = $kx_begin;
    const int32_t kx_end = $kx_end;
    /* The sums of all channels grow side by side, each over channel, kernel row, kernel column. */
    float *sums = out + $out_index;
    for (int32_t oc = 0; oc < $filters; ++oc) {
        sums[oc] = $initial;
    }
    for (int32_t ic = 0; ic < $channels; ++ic) {
        for (int32_t ky = ky_begin; ky < ky_end; ++ky) {
            for (int32_t kx = kx_begin; kx < kx_end; ++kx) {
                const float value = x[$x_index];
                const float *weights = w + $w_index;
                for (int32_t oc = 0; oc < $filters; ++oc) {
                    sums[oc] += value * weights[oc];
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
