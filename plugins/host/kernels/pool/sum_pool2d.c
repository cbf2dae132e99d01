/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest outer_loops
    $window
    //% nest inner_loops
    int32_t acc = 0;
    for (int32_t ky = $ky_from; ky < $ky_to; ++ky) {
        for (int32_t kx = $kx_from; kx < $kx_to; ++kx) {
            $accumulate
        }
    }
    $store
    //% end
    //% end
}
