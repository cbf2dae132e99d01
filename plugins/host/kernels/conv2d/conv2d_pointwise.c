/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest outer_loops
    const $x_type *pixel = $pixel;
    for (int32_t oc = 0; oc < $filters; ++oc) {
        const $w_type *filter = $filter;
        $acc_type acc = $initial;
        for (int32_t i = 0; i < $channels; ++i) {
            $accumulate
        }
        $store
    }
    //% end
}
