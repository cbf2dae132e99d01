struct cluster_copy_arguments {
    const void *input;
    void *output;
    int32_t element_bytes;
    /* Of the result, in the order of its memory; strides in bytes. */
    int32_t rows;
    int32_t columns;
    int32_t channels;
    int32_t output_row_stride;
    int32_t output_column_stride;
    int32_t output_channel_stride;
    /* Of the part of the input that is at hand, along the axes of the result. */
    int32_t input_rows;
    int32_t input_columns;
    int32_t input_channels;
    int32_t input_row_stride;
    int32_t input_column_stride;
    int32_t input_channel_stride;
    /* Index i of the result is index (i * step + shift) / repeat of the input. */
    int32_t row_step;
    int32_t row_shift;
    int32_t row_repeat;
    int32_t column_step;
    int32_t column_shift;
    int32_t column_repeat;
    int32_t channel_step;
    int32_t channel_shift;
    int32_t channel_repeat;
    /* What lies outside the input. */
    int32_t fill;
};

/* An index of the input, or -1 outside. */
static int32_t cluster_source_index(int32_t index, int32_t step, int32_t shift, int32_t repeat, int32_t extent)
{
    const int32_t position = index * step + shift;
    return position < 0 || position / repeat >= extent ? -1 : position / repeat;
}

static void cluster_copy_element(uint8_t *to, const uint8_t *from, int32_t bytes)
{
    for (int32_t i = 0; i < bytes; ++i) {
        to[i] = from[i];
    }
}

/* Copies with another order of axes, by steps, with repeats, or with elements around. */
MATCH_KERNEL void cluster_copy(const void *arguments, int32_t worker, int32_t workers)
{
    const struct cluster_copy_arguments *a = arguments;
    const uint8_t *input = a->input;
    uint8_t *output = a->output;
    const int32_t pixels = a->rows * a->columns;
    const int32_t last = cluster_share(pixels, worker + 1, workers);
    for (int32_t pixel = cluster_share(pixels, worker, workers); pixel < last; ++pixel) {
        const int32_t row = pixel / a->columns;
        const int32_t column = pixel - row * a->columns;
        const int32_t y = cluster_source_index(row, a->row_step, a->row_shift, a->row_repeat, a->input_rows);
        const int32_t x = cluster_source_index(column, a->column_step, a->column_shift, a->column_repeat,
                                               a->input_columns);
        uint8_t *to = output + row * a->output_row_stride + column * a->output_column_stride;
        for (int32_t channel = 0; channel < a->channels; ++channel) {
            const int32_t c = cluster_source_index(channel, a->channel_step, a->channel_shift, a->channel_repeat,
                                                   a->input_channels);
            if (y >= 0 && x >= 0 && c >= 0) {
                const uint8_t *from = input + y * a->input_row_stride + x * a->input_column_stride
                                      + c * a->input_channel_stride;
                cluster_copy_element(to + channel * a->output_channel_stride, from, a->element_bytes);
            } else {
                const uint32_t fill = (uint32_t)a->fill;
                uint8_t bytes[4];
                memcpy(bytes, &fill, sizeof fill);
                cluster_copy_element(to + channel * a->output_channel_stride, bytes, a->element_bytes);
            }
        }
    }
}
