#define CLUSTER_SOFTMAX_FLOAT 0
#define CLUSTER_SOFTMAX_REAL 1
#define CLUSTER_SOFTMAX_FIXED 2

struct cluster_softmax_arguments {
    const void *input;
    const void *constants;
    void *output;
    int32_t rows;
    int32_t columns;
    int32_t channels;
    int32_t input_row_stride;
    int32_t input_column_stride;
    int32_t input_type;
    int32_t output_row_stride;
    int32_t output_column_stride;
    int32_t output_bytes;
    int32_t output_type;
    int32_t rule;
    int32_t bits;
    int32_t offset;
    int32_t low;
    int32_t high;
    double output_scale;
};

static float cluster_table_float(const uint8_t *table, int32_t index)
{
    float value;
    memcpy(&value, table + 4 * index, sizeof value);
    return value;
}

static double cluster_table_double(const uint8_t *table, int32_t index)
{
    double value;
    memcpy(&value, table + 8 * index, sizeof value);
    return value;
}

static void cluster_softmax_store(const struct cluster_softmax_arguments *a, uint8_t *at, int32_t channel, int32_t value)
{
    const int32_t sum = value + a->offset;
    cluster_store(at + channel * a->output_bytes, a->output_type, sum < a->low ? a->low : sum > a->high ? a->high : sum);
}

/* Softmax along channels; tables hold exp(-scale * d) for d = 0 ... 255, the distance to the largest element. */
MATCH_KERNEL void cluster_softmax(const void *arguments, int32_t worker, int32_t workers)
{
    const struct cluster_softmax_arguments *a = arguments;
    const uint8_t *input = a->input;
    const uint8_t *table = a->constants;
    uint8_t *output = a->output;
    const int32_t pixels = a->rows * a->columns;
    const int32_t last = cluster_share(pixels, worker + 1, workers);
    for (int32_t pixel = cluster_share(pixels, worker, workers); pixel < last; ++pixel) {
        const int32_t row = pixel / a->columns;
        const int32_t column = pixel - row * a->columns;
        const uint8_t *x = input + row * a->input_row_stride + column * a->input_column_stride;
        uint8_t *at = output + row * a->output_row_stride + column * a->output_column_stride;
        int32_t largest = cluster_load(x, a->input_type);
        for (int32_t i = 1; i < a->channels; ++i) {
            const int32_t value = cluster_load(x + i, a->input_type);
            largest = value > largest ? value : largest;
        }
        if (a->rule == CLUSTER_SOFTMAX_FLOAT) {
            const float output_scale = (float)a->output_scale;
            float sum = 0.0f;
            for (int32_t i = 0; i < a->channels; ++i) {
                sum += cluster_table_float(table, largest - cluster_load(x + i, a->input_type));
            }
            const float factor = 1.0f / (sum * output_scale);
            for (int32_t i = 0; i < a->channels; ++i) {
                const float p = cluster_table_float(table, largest - cluster_load(x + i, a->input_type)) * factor;
                /* Not negative: truncating rounds down. */
                cluster_softmax_store(a, at, i, (int32_t)(p + 0.5f));
            }
        } else if (a->rule == CLUSTER_SOFTMAX_REAL) {
            double sum = 0.0;
            for (int32_t i = 0; i < a->channels; ++i) {
                sum += cluster_table_double(table, largest - cluster_load(x + i, a->input_type));
            }
            for (int32_t i = 0; i < a->channels; ++i) {
                const double p = cluster_table_double(table, largest - cluster_load(x + i, a->input_type)) / sum;
                cluster_softmax_store(a, at, i, (int32_t)round_even_f64(p / a->output_scale));
            }
        } else {
            /* The second table has the terms of the sum, with 19 fractional bits. */
            uint32_t sum = 0;
            for (int32_t i = 0; i < a->channels; ++i) {
                const int32_t distance = largest - cluster_load(x + i, a->input_type);
                sum += (uint32_t)cluster_load_int32(table + 1024 + 4 * distance);
            }
            int32_t headroom = 0;
            while ((sum << headroom) < 0x80000000u && headroom < 31) {
                ++headroom;
            }
            const int32_t reciprocal = fixed_point_reciprocal((int32_t)((sum << headroom) - 0x80000000u));
            for (int32_t i = 0; i < a->channels; ++i) {
                const int32_t distance = largest - cluster_load(x + i, a->input_type);
                const int32_t p = doubling_high_multiply(reciprocal, cluster_load_int32(table + 4 * distance));
                cluster_softmax_store(a, at, i, rounding_divide(p, a->bits - headroom));
            }
        }
    }
}
