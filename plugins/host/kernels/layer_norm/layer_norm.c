/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $type *row = $row;
    $type *result = $result;
    $type sum = $zero;
    for (int32_t i = 0; i < $extent; ++i) {
        sum += row[$x_step];
    }
    const $type mean = sum / $count;
    $type squares = $zero;
    for (int32_t i = 0; i < $extent; ++i) {
        const $type centred = row[$x_step] - mean;
        squares += centred * centred;
    }
    const $type deviation = $sqrt(squares / $count + $epsilon);
    for (int32_t i = 0; i < $extent; ++i) {
        result[$out_step] = $normal;
    }
    //% end
}
