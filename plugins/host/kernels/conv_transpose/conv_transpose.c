/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest outer_loops
    /* Tap k of an axis reads the input at (output + pad - k * dilation) / stride, where that is a position. */
    $starts
    //% nest inner_loops
    $acc_type acc = $initial;
    //% nest taps
    const $x_type *pixel = $pixel;
    const $w_type *filter = $filter;
    //% nest channel_loop
    $accumulate
    //% end
    //% end
    $store
    //% end
    //% end
}
