/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest outer_loops
    $window
    //% nest inner_loops
    $type largest = $lowest;
    for (int32_t ky = $ky_from; ky < $ky_to; ++ky) {
        for (int32_t kx = $kx_from; kx < $kx_to; ++kx) {
            const $type value = x[$x_index];
            //% if float
            /* Not a number counts as the largest. */
            if (value > largest || value != value) {
            //% else
            if (value > largest) {
            //% end
                largest = value;
            }
        }
    }
    out[$out_index] = largest;
    //% end
    //% end
}
