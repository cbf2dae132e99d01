/* Where a sum goes: into the running sums of the tile, and from the last tile of input channels to the output. */
struct cluster_sink {
    uint8_t *sums;
    uint8_t *output;
    int32_t output_type;
    int32_t element_bytes;
    int32_t row_stride;
    int32_t column_stride;
    int32_t columns;
    int32_t channels;
    int32_t first;
    int32_t last;
    struct cluster_requantization to;
};

/* Takes the sum of one channel of one pixel; `count` channels are in its block. */
static void cluster_finish(const struct cluster_sink *sink, const struct cluster_blocks *blocks, int32_t pixel,
                           int32_t block, int32_t channel, int32_t count, uint32_t sum)
{
    const uint8_t *biases = blocks->constants + block * blocks->bytes + count * blocks->row_bytes;
    const int32_t index = block * blocks->channels + channel;
    const int32_t place = 4 * (pixel * sink->channels + index);
    sum += (uint32_t)cluster_load_int32(sink->first != 0 ? biases + 4 * channel : sink->sums + place);
    if (sink->last != 0) {
        const uint8_t *entry = biases + 4 * count + channel * blocks->entry_bytes;
        const int32_t row = pixel / sink->columns;
        const int32_t column = pixel - row * sink->columns;
        uint8_t *at = sink->output + row * sink->row_stride + column * sink->column_stride;
        cluster_store(at + index * sink->element_bytes, sink->output_type,
                      cluster_requantize(&sink->to, (int32_t)sum, entry));
    } else {
        cluster_store(sink->sums + place, CLUSTER_INT32, (int32_t)sum);
    }
}
