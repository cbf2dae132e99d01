/* $summary */
static void $name($parameters)
{
    $copies
}
