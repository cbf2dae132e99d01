#define CLUSTER_POOL_LARGEST 0
#define CLUSTER_POOL_SMALLEST 1
#define CLUSTER_POOL_SUM 2
#define CLUSTER_POOL_MEAN_HALF_AWAY 3
#define CLUSTER_POOL_MEAN_FLOOR 4

struct cluster_pool_arguments {
    const void *input;
    const void *constants;
    void *output;
    /* Of the whole input; padded: with the padding behind it. */
    int32_t input_rows;
    int32_t input_columns;
    int32_t padded_rows;
    int32_t padded_columns;
    /* First row and column of the input that is at hand, and strides in bytes. */
    int32_t first_row;
    int32_t first_column;
    int32_t input_row_stride;
    int32_t input_column_stride;
    int32_t input_bytes;
    int32_t input_type;
    /* Position of the tile's first window in the whole input, negative in the padding. */
    int32_t top;
    int32_t left;
    int32_t output_rows;
    int32_t output_columns;
    int32_t output_channels;
    int32_t output_row_stride;
    int32_t output_column_stride;
    int32_t output_bytes;
    int32_t output_type;
    int32_t kernel_rows;
    int32_t kernel_columns;
    int32_t stride_rows;
    int32_t stride_columns;
    int32_t dilation_rows;
    int32_t dilation_columns;
    int32_t operation;
    int32_t counts_padding;
    /* Added to every element that is read, and to every result. */
    int32_t input_offset;
    int32_t output_offset;
    int32_t channel_entry;
    int32_t rule;
    int32_t input_zero_point;
    int32_t zero_point;
    int32_t low;
    int32_t high;
    int64_t divisor;
    double denominator;
};

/* Mean of integers, rounded to nearest, ties away from zero, or rounded down; 0 of none. */
static int32_t cluster_mean(int64_t sum, int64_t count, int32_t half_away)
{
    if (count == 0) {
        return 0;
    }
    if (half_away != 0) {
        return (int32_t)((sum > 0 ? sum + count / 2 : sum - count / 2) / count);
    }
    return (int32_t)floor_divide_positive(sum, count);
}

/* Largest, smallest, sum or mean of windows of each channel. */
MATCH_KERNEL void cluster_pool(const void *arguments, int32_t worker, int32_t workers)
{
    const struct cluster_pool_arguments *a = arguments;
    const struct cluster_requantization to = {
        a->rule, a->input_zero_point, a->zero_point, a->low, a->high, a->divisor, a->denominator,
    };
    const uint8_t *input = a->input;
    const uint8_t *constants = a->constants;
    uint8_t *output = a->output;
    const int32_t count = a->output_rows * a->output_columns * a->output_channels;
    const int32_t last = cluster_share(count, worker + 1, workers);
    for (int32_t i = cluster_share(count, worker, workers); i < last; ++i) {
        const int32_t pixel = i / a->output_channels;
        const int32_t channel = i - pixel * a->output_channels;
        const int32_t row = pixel / a->output_columns;
        const int32_t column = pixel - row * a->output_columns;
        const int32_t top = a->top + row * a->stride_rows;
        const int32_t left = a->left + column * a->stride_columns;
        int32_t inside = 0;
        int32_t padded = 0;
        int64_t sum = 0;
        int32_t extreme = 0;
        for (int32_t ky = 0; ky < a->kernel_rows; ++ky) {
            const int32_t y = top + ky * a->dilation_rows;
            for (int32_t kx = 0; kx < a->kernel_columns; ++kx) {
                const int32_t x = left + kx * a->dilation_columns;
                padded += y < a->padded_rows && x < a->padded_columns ? 1 : 0;
                if (y < 0 || y >= a->input_rows || x < 0 || x >= a->input_columns) {
                    continue;
                }
                const uint8_t *from = input + (y - a->first_row) * a->input_row_stride
                                      + (x - a->first_column) * a->input_column_stride + channel * a->input_bytes;
                const int32_t value = cluster_load(from, a->input_type) + a->input_offset;
                if (inside == 0 || (a->operation == CLUSTER_POOL_LARGEST ? value > extreme : value < extreme)) {
                    extreme = value;
                }
                sum += value;
                ++inside;
            }
        }
        int32_t result = inside == 0 ? a->low : extreme;
        if (a->operation == CLUSTER_POOL_SUM) {
            const uint8_t *entry = constants;
            if (entry != NULL) {
                entry += channel * a->channel_entry;
            }
            result = cluster_requantize(&to, (int32_t)(uint32_t)((uint64_t)sum & UINT32_MAX), entry);
        } else if (a->operation >= CLUSTER_POOL_MEAN_HALF_AWAY) {
            const int32_t divisor = a->counts_padding != 0 ? padded : inside;
            result = cluster_mean(sum, divisor, a->operation == CLUSTER_POOL_MEAN_HALF_AWAY ? 1 : 0);
        }
        uint8_t *at = output + row * a->output_row_stride + column * a->output_column_stride;
        cluster_store(at + channel * a->output_bytes, a->output_type, result + a->output_offset);
    }
}
