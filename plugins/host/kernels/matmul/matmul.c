/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $a_type *row = $row;
    const $b_type *column = $column;
    $acc_type acc = $initial;
    for (int32_t k = 0; k < $depth; ++k) {
        $accumulate
    }
    $store
    //% end
}
