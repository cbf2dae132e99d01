/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const $type *row = $row;
    $type *sums = $sums;
    $sum_type sum = 0;
    for (int32_t i = $first; $more; $next) {
        //% if exclusive
        sums[$sums_at] = ($type)sum;
        //% end
        sum += ($sum_type)row[$row_at];
        //% if inclusive
        sums[$sums_at] = ($type)sum;
        //% end
    }
    //% end
}
