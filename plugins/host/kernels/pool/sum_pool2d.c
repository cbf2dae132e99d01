/* $summary */
static void $name($parameters)
{
    //% nest loops
    const int32_t y0 = $y0;
    const int32_t ky_begin = $ky_begin;
    const int32_t ky_end = $ky_end;
    const int32_t x0 = $x0;
    const int32_t kx_begin = $kx_begin;
    const int32_t kx_end = $kx_end;
    int32_t acc = 0;
    for (int32_t ky = ky_begin; ky < ky_end; ++ky) {
        for (int32_t kx = kx_begin; kx < kx_end; ++kx) {
            $accumulate
        }
    }
    $store
    //% end
}
