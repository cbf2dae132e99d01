/* $summary */
MATCH_KERNEL void $name($parameters)
{
    $copies
}
