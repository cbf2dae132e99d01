/* $summary */
static void $name($parameters)
{
    //% nest loops
    const $a_type *row = a + $a_index;
    const $b_type *column = b + $b_index;
    $acc_type acc = $initial;
    for (int32_t k = 0; k < $depth; ++k) {
        $accumulate
    }
    $store
    //% end
}
