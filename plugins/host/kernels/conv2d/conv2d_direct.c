/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest outer_loops
    $window
    //% nest inner_loops
    $acc_type acc = $initial;
    //% nest channel_loop
    for (int32_t ky = $ky_from; ky < $ky_to; ++ky) {
        for (int32_t kx = $kx_from; kx < $kx_to; ++kx) {
            $accumulate
        }
    }
    //% end
    $store
    //% end
    //% end
}
