/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest outer_loops
    $window
    //% nest inner_loops
    $type sum = $zero;
    for (int32_t ky = $ky_from; ky < $ky_to; ++ky) {
        for (int32_t kx = $kx_from; kx < $kx_to; ++kx) {
            //% if square
            const $type value = x[$x_index];
            sum += value * value;
            //% else
            sum += $power;
            //% end
        }
    }
    out[$out_index] = $root;
    //% end
    //% end
}
