/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $type *row = $row;
    $type *result = $result;
    $type largest = row[0];
    for (int32_t i = 1; i < $extent; ++i) {
        largest = row[$x_step] > largest ? row[$x_step] : largest;
    }
    $type sum = 0;
    //% if logarithm
    for (int32_t i = 0; i < $extent; ++i) {
        sum += $exp(row[$x_step] - largest);
    }
    const $type offset = $log(sum);
    for (int32_t i = 0; i < $extent; ++i) {
        result[$out_step] = row[$x_step] - largest - offset;
    }
    //% else
    for (int32_t i = 0; i < $extent; ++i) {
        result[$out_step] = $exp(row[$x_step] - largest);
        sum += result[$out_step];
    }
    for (int32_t i = 0; i < $extent; ++i) {
        result[$out_step] /= sum;
    }
    //% end
    //% end
}
