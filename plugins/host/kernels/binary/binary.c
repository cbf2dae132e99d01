/* $summary */
static void $name($parameters)
{
    //% nest loops
    const $type x = $x;
    const $type y = $y;
    const $type acc = $result;
    $store
    //% end
}
