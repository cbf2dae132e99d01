struct matrix_conv_arguments {
    const void *input;
    const void *constants;
    void *output;
    void *window;
    /* Input rows and columns at hand; strides in bytes. */
    int32_t input_rows;
    int32_t input_columns;
    int32_t input_channels;
    int32_t input_row;
    int32_t input_pixel;
    int32_t input_zero_point;
    int32_t pad_top;
    int32_t pad_left;
    int32_t rows;
    int32_t columns;
    int32_t channels;
    int32_t output_row;
    int32_t output_pixel;
    int32_t kernel_rows;
    int32_t kernel_columns;
    int32_t stride_rows;
    int32_t stride_columns;
    /* Of one output channel; a multiple of 4. */
    int32_t weight_bytes;
    int32_t zero_point;
    int32_t low;
    int32_t high;
};

static int32_t matrix_word(const uint8_t *at)
{
    int32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* The inputs of one output pixel side by side, with the zero point where the window reaches outside. */
static void matrix_gather(const struct matrix_conv_arguments *job, int32_t row, int32_t column)
{
    const uint8_t *input = job->input;
    uint8_t *window = job->window;
    const size_t bytes = (size_t)job->input_channels;
    for (int32_t ky = 0; ky < job->kernel_rows; ++ky) {
        const int32_t y = row * job->stride_rows - job->pad_top + ky;
        for (int32_t kx = 0; kx < job->kernel_columns; ++kx) {
            const int32_t x = column * job->stride_columns - job->pad_left + kx;
            if (y >= 0 && y < job->input_rows && x >= 0 && x < job->input_columns) {
                memcpy(window, input + y * job->input_row + x * job->input_pixel, bytes);
            } else {
                memset(window, job->input_zero_point, bytes);
            }
            window += bytes;
        }
    }
}

/* Convolution: blocks of 8 output channels, each with its weights, then bias, multiplier and shift per channel. */
MATCH_KERNEL void matrix_conv(const void *arguments, int32_t worker, int32_t workers)
{
    const struct matrix_conv_arguments *job = arguments;
    const int8_t *window = job->window;
    const int32_t taps = job->kernel_rows * job->kernel_columns * job->input_channels;
    (void)worker;
    (void)workers;
    for (int32_t row = 0; row < job->rows; ++row) {
        for (int32_t column = 0; column < job->columns; ++column) {
            const uint8_t *block = job->constants;
            int8_t *output = (int8_t *)job->output + row * job->output_row + column * job->output_pixel;
            matrix_gather(job, row, column);
            for (int32_t first = 0; first < job->channels; first += 8) {
                const int32_t count = job->channels - first < 8 ? job->channels - first : 8;
                const uint8_t *entry = block + count * job->weight_bytes;
                for (int32_t i = 0; i < count; ++i, entry += 12) {
                    const int8_t *weights = (const int8_t *)block + i * job->weight_bytes;
                    int32_t sum = matrix_word(entry);
                    for (int32_t tap = 0; tap < taps; ++tap) {
                        sum += (window[tap] - job->input_zero_point) * weights[tap];
                    }
                    sum = requantize_single(sum, matrix_word(entry + 4), matrix_word(entry + 8)) + job->zero_point;
                    output[first + i] = (int8_t)(sum < job->low ? job->low : sum > job->high ? job->high : sum);
                }
                block = entry;
            }
        }
    }
}
