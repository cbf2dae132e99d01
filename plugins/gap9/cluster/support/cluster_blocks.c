/* Sum of x * w over bytes that lie side by side; w is signed, x as `is_signed` says. Wraps. */
static uint32_t cluster_dot(const uint8_t *x, const int8_t *w, int32_t count, int32_t is_signed)
{
    uint32_t sum = 0;
    if (is_signed != 0) {
        const int8_t *own = (const int8_t *)x;
        for (int32_t i = 0; i < count; ++i) {
            sum += (uint32_t)(own[i] * w[i]);
        }
    } else {
        for (int32_t i = 0; i < count; ++i) {
            sum += (uint32_t)(x[i] * w[i]);
        }
    }
    return sum;
}

/* Blocks of output channels: rows of weights, one per channel, then a bias each, then an entry each. */
struct cluster_blocks {
    const uint8_t *constants;
    /* Of a whole block. */
    int32_t channels;
    int32_t bytes;
    /* Weights of a channel, and what one of them occupies. */
    int32_t weights;
    int32_t row_bytes;
    int32_t entry_bytes;
    /* From a tile of input channels to the next. */
    int32_t chunks;
    int32_t chunk_bytes;
    int32_t last_weights;
};

/* The raw sum of one channel for one window: the bias is not in it. */
static uint32_t cluster_channel_sum(const struct cluster_blocks *blocks, int32_t block, int32_t channel,
                                    const uint8_t *window, int32_t is_signed)
{
    const uint8_t *row = blocks->constants + block * blocks->bytes + channel * blocks->row_bytes;
    uint32_t sum = 0;
    for (int32_t chunk = 0; chunk < blocks->chunks; ++chunk) {
        const int32_t weights = chunk + 1 < blocks->chunks ? blocks->weights : blocks->last_weights;
        sum += cluster_dot(window, (const int8_t *)row, weights, is_signed);
        window += blocks->weights;
        row += blocks->chunk_bytes;
    }
    return sum;
}
