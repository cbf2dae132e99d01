/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest outer_loops
    $acc_type acc = $initial;
    //% nest inner_loops
    //% if maximum
    const $type value = x[$x_index];
    acc = value > acc ? value : acc;
    //% else
    $accumulate
    //% end
    //% end
    out[$out_index] = $result;
    //% end
}
