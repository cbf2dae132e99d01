/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest outer_loops
    $acc_type acc = $initial;
    //% nest inner_loops
    //% if extreme
    const $type value = x[$x_index];
    acc = value $beats acc ? value : acc;
    //% else
    $accumulate
    //% end
    //% end
    out[$out_index] = $result;
    //% end
}
