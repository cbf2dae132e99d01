struct cluster_windows_arguments {
    const void *input;
    void *output;
    /* What is at hand of the input; strides in bytes. */
    int32_t input_rows;
    int32_t input_columns;
    int32_t pixel_bytes;
    int32_t input_row_stride;
    int32_t input_column_stride;
    int32_t pad_top;
    int32_t pad_left;
    int32_t output_rows;
    int32_t output_columns;
    int32_t output_row_stride;
    int32_t output_column_stride;
    int32_t kernel_rows;
    int32_t kernel_columns;
    int32_t stride_rows;
    int32_t stride_columns;
    int32_t dilation_rows;
    int32_t dilation_columns;
    /* A byte of the padding, and what every byte that is copied is combined with by exclusive or. */
    int32_t pad_value;
    int32_t flip;
};

/* The windows of a convolution side by side: a row of taps for every output position. */
MATCH_KERNEL void cluster_windows(const void *arguments, int32_t worker, int32_t workers)
{
    const struct cluster_windows_arguments *a = arguments;
    const uint8_t *input = a->input;
    uint8_t *output = a->output;
    const uint8_t pad = (uint8_t)(a->pad_value & 0xff);
    const uint8_t flip = (uint8_t)(a->flip & 0xff);
    const int32_t pixels = a->output_rows * a->output_columns;
    const int32_t last = cluster_share(pixels, worker + 1, workers);
    for (int32_t pixel = cluster_share(pixels, worker, workers); pixel < last; ++pixel) {
        const int32_t row = pixel / a->output_columns;
        const int32_t column = pixel - row * a->output_columns;
        uint8_t *to = output + row * a->output_row_stride + column * a->output_column_stride;
        for (int32_t ky = 0; ky < a->kernel_rows; ++ky) {
            const int32_t y = row * a->stride_rows - a->pad_top + ky * a->dilation_rows;
            for (int32_t kx = 0; kx < a->kernel_columns; ++kx) {
                const int32_t x = column * a->stride_columns - a->pad_left + kx * a->dilation_columns;
                if (y >= 0 && y < a->input_rows && x >= 0 && x < a->input_columns) {
                    const uint8_t *from = input + y * a->input_row_stride + x * a->input_column_stride;
                    for (int32_t i = 0; i < a->pixel_bytes; ++i) {
                        *to++ = from[i] ^ flip;
                    }
                } else {
                    for (int32_t i = 0; i < a->pixel_bytes; ++i) {
                        *to++ = pad;
                    }
                }
            }
        }
    }
}
