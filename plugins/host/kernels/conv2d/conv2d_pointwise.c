/* $summary */
static void $name($parameters)
{
    //% nest outer_loops
    const $x_type *pixel = x + $x_index;
    for (int32_t oc = 0; oc < $filters; ++oc) {
        const $w_type *weights = w + oc * $channels;
        $acc_type acc = $initial;
        for (int32_t i = 0; i < $channels; ++i) {
            $accumulate
        }
        $store
    }
    //% end
}
