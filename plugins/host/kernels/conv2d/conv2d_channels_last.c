/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest outer_loops
    $window
    for (int32_t oc = 0; oc < $filters; ++oc) {
        $acc_type acc = $initial;
        for (int32_t ky = $ky_from; ky < $ky_to; ++ky) {
            //% if contiguous
            /* The taps of one row, all channels of each, lie side by side. */
            const $x_type *pixel = $pixel;
            const $w_type *filter = $filter;
            for (int32_t i = 0; i < $length; ++i) {
                $accumulate
            }
            //% else
            for (int32_t kx = $kx_from; kx < $kx_to; ++kx) {
                const $x_type *pixel = $pixel;
                const $w_type *filter = $filter;
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
