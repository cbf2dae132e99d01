struct cluster_pointwise_arguments {
    const void *input;
    const void *constants;
    void *output;
    void *scratch;
    /* From one output pixel to the next below and to the right, in bytes. */
    int32_t input_row_stride;
    int32_t input_column_stride;
    int32_t input_channels;
    int32_t input_signed;
    int32_t output_rows;
    int32_t output_columns;
    int32_t output_channels;
    int32_t output_row_stride;
    int32_t output_column_stride;
    int32_t output_type;
    int32_t element_bytes;
    int32_t chunk_channels;
    int32_t chunk_bytes;
    int32_t block_channels;
    int32_t block_bytes;
    int32_t row_bytes;
    int32_t entry_bytes;
    int32_t first;
    int32_t last;
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

/* Products of pixels and rows of weights: 1x1 convolutions and dense layers. Nothing is copied. */
MATCH_KERNEL void cluster_pointwise(const void *arguments, int32_t worker, int32_t workers)
{
    const struct cluster_pointwise_arguments *a = arguments;
    const uint8_t *input = a->input;
    const int32_t chunks = (a->input_channels + a->chunk_channels - 1) / a->chunk_channels;
    const struct cluster_blocks blocks = {
        .constants = a->constants,
        .channels = a->block_channels,
        .bytes = a->block_bytes,
        .weights = a->chunk_channels,
        .row_bytes = a->row_bytes,
        .entry_bytes = a->entry_bytes,
        .chunks = chunks,
        .chunk_bytes = a->chunk_bytes,
        .last_weights = a->input_channels - (chunks - 1) * a->chunk_channels,
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
    const int32_t pixels = a->output_rows * a->output_columns;
    const int32_t count = (a->output_channels + a->block_channels - 1) / a->block_channels;
    for (int32_t part = worker; part < a->pixel_parts * a->channel_parts; part += workers) {
        const int32_t pixel_part = part / a->channel_parts;
        const int32_t channel_part = part - pixel_part * a->channel_parts;
        const int32_t last_pixel = cluster_share(pixels, pixel_part + 1, a->pixel_parts);
        const int32_t last_block = cluster_share(count, channel_part + 1, a->channel_parts);
        for (int32_t pixel = cluster_share(pixels, pixel_part, a->pixel_parts); pixel < last_pixel; ++pixel) {
            const int32_t row = pixel / a->output_columns;
            const int32_t column = pixel - row * a->output_columns;
            const uint8_t *x = input + row * a->input_row_stride + column * a->input_column_stride;
            for (int32_t block = cluster_share(count, channel_part, a->channel_parts); block < last_block; ++block) {
                const int32_t rest = a->output_channels - block * a->block_channels;
                const int32_t channels = rest < a->block_channels ? rest : a->block_channels;
                for (int32_t channel = 0; channel < channels; ++channel) {
                    cluster_finish(&sink, &blocks, pixel, block, channel, channels,
                                   cluster_channel_sum(&blocks, block, channel, x, a->input_signed));
                }
            }
        }
    }
}
