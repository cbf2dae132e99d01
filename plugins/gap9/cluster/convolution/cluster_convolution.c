struct cluster_convolution_arguments {
    const void *input;
    const void *constants;
    void *output;
    void *scratch;
    /* The tile; strides in bytes. Padding is what lies outside the rows and columns that there are. */
    int32_t input_rows;
    int32_t input_columns;
    int32_t input_row_stride;
    int32_t input_column_stride;
    int32_t input_signed;
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
    int32_t groups;
    int32_t group_channels;
    /* Input channels of a chunk of weights: all of a group where they are not cut. */
    int32_t chunk_channels;
    int32_t chunk_bytes;
    int32_t block_channels;
    int32_t block_bytes;
    int32_t row_bytes;
    int32_t entry_bytes;
    int32_t first;
    int32_t last;
    /* Bytes of running sums at the beginning of the scratch memory, and of a worker's windows behind them. */
    int32_t sums_bytes;
    int32_t window_bytes;
    /* Into how many parts the pixels and the blocks of channels are cut for the team. */
    int32_t pixel_parts;
    int32_t channel_parts;
    int32_t rule;
    int32_t input_zero_point;
    int32_t zero_point;
    int32_t low;
    int32_t high;
    int64_t divisor;
    double denominator;
};

/* Copies the window of one pixel of one group: chunk by chunk, in each all taps, in each all channels. */
static void cluster_gather(const struct cluster_convolution_arguments *a, int32_t pixel, int32_t group, uint8_t *to)
{
    const uint8_t *input = a->input;
    const int32_t row = pixel / a->output_columns;
    const int32_t column = pixel - row * a->output_columns;
    const int32_t top = row * a->stride_rows - a->pad_top;
    const int32_t left = column * a->stride_columns - a->pad_left;
    for (int32_t channel = 0; channel < a->group_channels; channel += a->chunk_channels) {
        const int32_t rest = a->group_channels - channel;
        const size_t count = (size_t)(rest < a->chunk_channels ? rest : a->chunk_channels);
        for (int32_t ky = 0; ky < a->kernel_rows; ++ky) {
            const int32_t y = top + ky * a->dilation_rows;
            for (int32_t kx = 0; kx < a->kernel_columns; ++kx) {
                const int32_t x = left + kx * a->dilation_columns;
                if (y >= 0 && y < a->input_rows && x >= 0 && x < a->input_columns) {
                    const uint8_t *from = input + y * a->input_row_stride + x * a->input_column_stride;
                    memcpy(to, from + group * a->group_channels + channel, count);
                } else {
                    memset(to, a->pad_value, count);
                }
                to += count;
            }
        }
    }
}

/* Convolution by windows copied side by side, two pixels at a time, four output channels at a time. */
MATCH_KERNEL void cluster_convolution(const void *arguments, int32_t worker, int32_t workers)
{
    const struct cluster_convolution_arguments *a = arguments;
    const int32_t taps = a->kernel_rows * a->kernel_columns;
    const int32_t chunks = (a->group_channels + a->chunk_channels - 1) / a->chunk_channels;
    const struct cluster_blocks blocks = {
        .constants = a->constants,
        .channels = a->block_channels,
        .bytes = a->block_bytes,
        .weights = taps * a->chunk_channels,
        .row_bytes = a->row_bytes,
        .entry_bytes = a->entry_bytes,
        .chunks = chunks,
        .chunk_bytes = a->chunk_bytes,
        .last_weights = taps * (a->group_channels - (chunks - 1) * a->chunk_channels),
    };
    const struct cluster_sink sink = {
        .sums = a->scratch,
        .output = a->output,
        .output_type = a->output_type,
        .element_bytes = a->element_bytes,
        .row_stride = a->output_row_stride,
        .column_stride = a->output_column_stride,
        .columns = a->output_columns,
        .channels = a->output_channels,
        .first = a->first,
        .last = a->last,
        .to = { a->rule, a->input_zero_point, a->zero_point, a->low, a->high, a->divisor, a->denominator },
    };
    uint8_t *windows = (uint8_t *)a->scratch + a->sums_bytes + worker * a->window_bytes;
    const int32_t window_bytes = taps * a->group_channels;
    const int32_t pixels = a->output_rows * a->output_columns;
    const int32_t count = (a->output_channels + a->block_channels - 1) / a->block_channels;
    const int32_t group_blocks = count / a->groups;
    for (int32_t part = worker; part < a->pixel_parts * a->channel_parts; part += workers) {
        const int32_t pixel_part = part / a->channel_parts;
        const int32_t channel_part = part - pixel_part * a->channel_parts;
        const int32_t last_pixel = cluster_share(pixels, pixel_part + 1, a->pixel_parts);
        const int32_t first_block = cluster_share(count, channel_part, a->channel_parts);
        const int32_t last_block = cluster_share(count, channel_part + 1, a->channel_parts);
        for (int32_t pixel = cluster_share(pixels, pixel_part, a->pixel_parts); pixel < last_pixel; pixel += 2) {
            const int32_t pair = pixel + 1 < last_pixel ? 2 : 1;
            int32_t gathered = -1;
            for (int32_t block = first_block; block < last_block; ++block) {
                const int32_t rest = a->output_channels - block * a->block_channels;
                const int32_t channels = rest < a->block_channels ? rest : a->block_channels;
                const int32_t group = a->groups == 1 ? 0 : block / group_blocks;
                if (group != gathered) {
                    for (int32_t i = 0; i < pair; ++i) {
                        cluster_gather(a, pixel + i, group, windows + i * window_bytes);
                    }
                    gathered = group;
                }
                for (int32_t channel = 0; channel < channels; ++channel) {
                    for (int32_t i = 0; i < pair; ++i) {
                        const uint8_t *window = windows + i * window_bytes;
                        cluster_finish(&sink, &blocks, pixel + i, block, channel, channels,
                                       cluster_channel_sum(&blocks, block, channel, window, a->input_signed));
                    }
                }
            }
        }
    }
}
