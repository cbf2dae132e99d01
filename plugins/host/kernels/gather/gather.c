/* $summary */
MATCH_KERNEL void $name($parameters)
{
    for (int32_t i = 0; i < $outer; ++i) {
        for (int32_t j = 0; j < $picks; ++j) {
            /* Negative indices count from the end; one outside the axis picks the first slice. */
            const int64_t wanted = indices[j] < 0 ? (int64_t)indices[j] + $extent : indices[j];
            const int32_t pick = wanted >= 0 && wanted < $extent ? (int32_t)wanted : 0;
            for (int32_t k = 0; k < $inner; ++k) {
                out[(i * $picks + j) * $inner + k] = x[(i * $extent + pick) * $inner + k];
            }
        }
    }
}
