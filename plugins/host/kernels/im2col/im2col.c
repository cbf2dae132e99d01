/* $summary */
MATCH_KERNEL void $name($parameters)
{
    //% nest loops
    const int32_t y = oy * $stride_y + ky * $dilation_y - $pad_top;
    const int32_t x = ox * $stride_x + kx * $dilation_x - $pad_left;
    const $type inside = y >= 0 && y < $height && x >= 0 && x < $width ? 1 : 0;
    out[$out_index] = inside ? in[$in_index] : $padding;
    //% end
}
