/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest outer_loops
    $window
    //% nest inner_loops
    $type largest = $lowest;
    int32_t place = -1;
    for (int32_t ky = $ky_from; ky < $ky_to; ++ky) {
        for (int32_t kx = $kx_from; kx < $kx_to; ++kx) {
            const $type value = x[$x_index];
            //% if float
            /* Not a number counts as the largest. */
            if (place < 0 || value > largest || value != value) {
            //% else
            if (place < 0 || value > largest) {
            //% end
                largest = value;
                place = $place;
            }
        }
    }
    //% if with_values
    out[$out_index] = largest;
    //% end
    //% if with_indices
    indices[$indices_index] = place;
    //% end
    //% end
    //% end
}
