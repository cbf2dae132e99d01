#define CLUSTER_MAP_SCALE 0
#define CLUSTER_MAP_NEGATE 1
#define CLUSTER_MAP_MAGNITUDE 2
#define CLUSTER_MAP_CHANGE_SIGN 3
#define CLUSTER_MAP_TABLE 4

struct cluster_map_arguments {
    const void *input;
    const void *constants;
    void *output;
    int32_t rows;
    int32_t columns;
    int32_t channels;
    int32_t input_row_stride;
    int32_t input_column_stride;
    int32_t input_channel_stride;
    int32_t input_type;
    int32_t output_row_stride;
    int32_t output_column_stride;
    int32_t output_channel_stride;
    int32_t output_type;
    int32_t operation;
    /* Bytes from the entry of a row or channel to the next; 0 where one entry serves all. */
    int32_t row_entry;
    int32_t channel_entry;
    int32_t rule;
    int32_t input_zero_point;
    int32_t zero_point;
    int32_t low;
    int32_t high;
    int64_t divisor;
    double denominator;
};

/* A function of each element: scaled, limited, converted, negated, or looked up. */
MATCH_KERNEL void cluster_map(const void *arguments, int32_t worker, int32_t workers)
{
    const struct cluster_map_arguments *a = arguments;
    const struct cluster_requantization to = {
        a->rule, a->input_zero_point, a->zero_point, a->low, a->high, a->divisor, a->denominator,
    };
    const uint8_t *input = a->input;
    const uint8_t *constants = a->constants;
    uint8_t *output = a->output;
    const int32_t count = a->rows * a->columns * a->channels;
    const int32_t last = cluster_share(count, worker + 1, workers);
    for (int32_t i = cluster_share(count, worker, workers); i < last; ++i) {
        const int32_t pixel = i / a->channels;
        const int32_t channel = i - pixel * a->channels;
        const int32_t row = pixel / a->columns;
        const int32_t column = pixel - row * a->columns;
        const uint8_t *from = input + row * a->input_row_stride + column * a->input_column_stride
                              + channel * a->input_channel_stride;
        uint8_t *at = output + row * a->output_row_stride + column * a->output_column_stride
                      + channel * a->output_channel_stride;
        const int32_t x = cluster_load(from, a->input_type);
        const uint8_t *entry = constants;
        if (entry != NULL) {
            entry += row * a->row_entry + channel * a->channel_entry;
        }
        switch (a->operation) {
        case CLUSTER_MAP_NEGATE:
            cluster_store(at, a->output_type, (int32_t)(0u - (uint32_t)x));
            break;
        case CLUSTER_MAP_MAGNITUDE:
            cluster_store(at, a->output_type, x < 0 ? (int32_t)(0u - (uint32_t)x) : x);
            break;
        case CLUSTER_MAP_CHANGE_SIGN:
            at[0] = from[0] ^ 0x80u;
            break;
        case CLUSTER_MAP_TABLE:
            /* Of 256 bytes, from the lowest value of the input's type on. */
            at[0] = constants[a->input_type == CLUSTER_INT8 ? x + 128 : x];
            break;
        default:
            cluster_store(at, a->output_type, cluster_requantize(&to, x, entry));
        }
    }
}
