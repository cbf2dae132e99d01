struct cluster_depthwise_arguments {
    const void *input;
    const void *constants;
    void *output;
    int32_t input_rows;
    int32_t input_columns;
    int32_t input_row_stride;
    int32_t input_column_stride;
    int32_t input_type;
    int32_t pad_value;
    int32_t pad_top;
    int32_t pad_left;
    int32_t output_rows;
    int32_t output_columns;
    int32_t output_channels;
    int32_t output_row_stride;
    int32_t output_column_stride;
    int32_t output_type;
    int32_t element_bytes;
    int32_t kernel_rows;
    int32_t kernel_columns;
    int32_t stride_rows;
    int32_t stride_columns;
    int32_t dilation_rows;
    int32_t dilation_columns;
    /* Output channels per input channel; those of the first input channel that are not in the tile. */
    int32_t multiplier;
    int32_t skipped;
    /* Of one channel: rows of weights, each filled up to whole words, bias, entry. */
    int32_t record_bytes;
    int32_t row_bytes;
    int32_t rule;
    int32_t input_zero_point;
    int32_t zero_point;
    int32_t low;
    int32_t high;
    int64_t divisor;
    double denominator;
};

/* Raw sum of one channel at one output position. */
static uint32_t cluster_depthwise_sum(const struct cluster_depthwise_arguments *a, const uint8_t *record,
                                      int32_t channel, int32_t row, int32_t column)
{
    const uint8_t *input = a->input;
    const int32_t top = row * a->stride_rows - a->pad_top;
    const int32_t left = column * a->stride_columns - a->pad_left;
    uint32_t sum = 0;
    for (int32_t ky = 0; ky < a->kernel_rows; ++ky) {
        const int32_t y = top + ky * a->dilation_rows;
        const uint8_t *line = y >= 0 && y < a->input_rows ? input + y * a->input_row_stride : NULL;
        for (int32_t kx = 0; kx < a->kernel_columns; ++kx) {
            const int32_t x = left + kx * a->dilation_columns;
            int32_t value = a->pad_value;
            if (line != NULL && x >= 0 && x < a->input_columns) {
                value = cluster_load(line + x * a->input_column_stride + channel, a->input_type);
            }
            sum += (uint32_t)(value * cluster_load(record + ky * a->row_bytes + kx, CLUSTER_INT8));
        }
    }
    return sum;
}

/*
 * One input channel per output channel, straight from and to channels-last tensors. A piece of work is a walk
 * down two neighbouring columns of two neighbouring channels.
 */
MATCH_KERNEL void cluster_depthwise(const void *arguments, int32_t worker, int32_t workers)
{
    const struct cluster_depthwise_arguments *a = arguments;
    const struct cluster_requantization to = {
        a->rule, a->input_zero_point, a->zero_point, a->low, a->high, a->divisor, a->denominator,
    };
    const uint8_t *constants = a->constants;
    uint8_t *output = a->output;
    const int32_t column_pairs = (a->output_columns + 1) / 2;
    const int32_t walks = (a->output_channels + 1) / 2 * column_pairs;
    const int32_t last_walk = cluster_share(walks, worker + 1, workers);
    for (int32_t walk = cluster_share(walks, worker, workers); walk < last_walk; ++walk) {
        const int32_t channel_pair = walk / column_pairs;
        const int32_t first_column = 2 * (walk - channel_pair * column_pairs);
        for (int32_t i = 0; i < 4; ++i) {
            const int32_t channel = 2 * channel_pair + i / 2;
            const int32_t column = first_column + i % 2;
            if (channel >= a->output_channels || column >= a->output_columns) {
                continue;
            }
            const uint8_t *record = constants + channel * a->record_bytes;
            const uint8_t *bias = record + a->kernel_rows * a->row_bytes;
            const int32_t source = (channel + a->skipped) / a->multiplier;
            for (int32_t row = 0; row < a->output_rows; ++row) {
                const uint32_t sum = cluster_depthwise_sum(a, record, source, row, column);
                const int32_t whole = (int32_t)(sum + (uint32_t)cluster_load_int32(bias));
                uint8_t *at = output + row * a->output_row_stride + column * a->output_column_stride;
                cluster_store(at + channel * a->element_bytes, a->output_type,
                              cluster_requantize(&to, whole, bias + 4));
            }
        }
    }
}
