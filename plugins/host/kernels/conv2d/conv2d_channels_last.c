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
    for (int32_t oc = 0; oc < $filters; ++oc) {
        $acc_type acc = $initial;
        for (int32_t ky = ky_begin; ky < ky_end; ++ky) {
            //% if contiguous
            /* The taps of one row, all channels of each, lie side by side. */
            const $x_type *pixel = x + $x_index;
            const $w_type *weights = w + $w_index;
            const int32_t length = (kx_end - kx_begin) * $channels;
            for (int32_t i = 0; i < length; ++i) {
                $accumulate
            }
            //% else
            for (int32_t kx = kx_begin; kx < kx_end; ++kx) {
                const $x_type *pixel = x + $x_index;
                const $w_type *weights = w + $w_index;
                for (int32_t i = 0; i < $channels; ++i) {
                    $accumulate
                }
            }
            //% end
        }
        $store
    }
    //% end
}
