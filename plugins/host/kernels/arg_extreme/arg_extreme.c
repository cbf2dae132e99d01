/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $type *row = $row;
    int32_t best = 0;
    $type champion = row[0];
    for (int32_t i = 1; i < $extent; ++i) {
        const $type value = row[$step];
        if ($wins) {
            best = i;
            champion = value;
        }
    }
    out[$out_index] = best;
    //% end
}
