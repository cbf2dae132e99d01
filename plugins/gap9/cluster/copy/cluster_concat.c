struct cluster_concat_arguments {
    const void *input_0;
    const void *input_1;
    const void *input_2;
    const void *input_3;
    void *output;
    /* Of each input, as runs of bytes: `outer` runs of so many bytes, so far apart. */
    int32_t outer;
    int32_t run_0;
    int32_t run_1;
    int32_t run_2;
    int32_t run_3;
    int32_t stride_0;
    int32_t stride_1;
    int32_t stride_2;
    int32_t stride_3;
    int32_t output_stride;
};

/* Up to four tensors one after the other in each row of the result. */
MATCH_KERNEL void cluster_concat(const void *arguments, int32_t worker, int32_t workers)
{
    const struct cluster_concat_arguments *a = arguments;
    const uint8_t *const inputs[4] = { a->input_0, a->input_1, a->input_2, a->input_3 };
    const int32_t runs[4] = { a->run_0, a->run_1, a->run_2, a->run_3 };
    const int32_t strides[4] = { a->stride_0, a->stride_1, a->stride_2, a->stride_3 };
    uint8_t *output = a->output;
    const int32_t last = cluster_share(a->outer, worker + 1, workers);
    for (int32_t row = cluster_share(a->outer, worker, workers); row < last; ++row) {
        uint8_t *to = output + row * a->output_stride;
        for (int32_t i = 0; i < 4; ++i) {
            if (runs[i] > 0) {
                memcpy(to, inputs[i] + row * strides[i], (size_t)runs[i]);
                to += runs[i];
            }
        }
    }
}
