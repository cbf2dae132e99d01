#define CLUSTER_ADD 0
#define CLUSTER_SUBTRACT 1
#define CLUSTER_MULTIPLY 2
#define CLUSTER_SMALLER 3
#define CLUSTER_LARGER 4

struct cluster_binary_arguments {
    const void *left;
    const void *right;
    const void *constants;
    void *output;
    int32_t rows;
    int32_t columns;
    int32_t channels;
    /* Strides in bytes; 0 along axes where an operand repeats. */
    int32_t left_row_stride;
    int32_t left_column_stride;
    int32_t left_channel_stride;
    int32_t left_type;
    int32_t right_row_stride;
    int32_t right_column_stride;
    int32_t right_channel_stride;
    int32_t right_type;
    int32_t output_row_stride;
    int32_t output_column_stride;
    int32_t output_channel_stride;
    int32_t output_type;
    int32_t operation;
    /* The type to which operands and result of the operation wrap. */
    int32_t type;
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

/* A value as another type: narrower ones wrap. */
static int32_t cluster_wrap(int32_t value, int32_t type)
{
    uint8_t bytes[4];
    cluster_store(bytes, type, value);
    return cluster_load(bytes, type);
}

/* An operation of two elements on each other, and a scaling of the result. */
MATCH_KERNEL void cluster_binary(const void *arguments, int32_t worker, int32_t workers)
{
    const struct cluster_binary_arguments *a = arguments;
    const struct cluster_requantization to = {
        a->rule, a->input_zero_point, a->zero_point, a->low, a->high, a->divisor, a->denominator,
    };
    const uint8_t *left = a->left;
    const uint8_t *right = a->right;
    const uint8_t *constants = a->constants;
    uint8_t *output = a->output;
    const int32_t count = a->rows * a->columns * a->channels;
    const int32_t last = cluster_share(count, worker + 1, workers);
    for (int32_t i = cluster_share(count, worker, workers); i < last; ++i) {
        const int32_t pixel = i / a->channels;
        const int32_t channel = i - pixel * a->channels;
        const int32_t row = pixel / a->columns;
        const int32_t column = pixel - row * a->columns;
        const uint8_t *from_left = left + row * a->left_row_stride + column * a->left_column_stride
                                   + channel * a->left_channel_stride;
        const uint8_t *from_right = right + row * a->right_row_stride + column * a->right_column_stride
                                    + channel * a->right_channel_stride;
        uint8_t *at = output + row * a->output_row_stride + column * a->output_column_stride
                      + channel * a->output_channel_stride;
        const int32_t x = cluster_wrap(cluster_load(from_left, a->left_type), a->type);
        const int32_t y = cluster_wrap(cluster_load(from_right, a->right_type), a->type);
        uint32_t result = (uint32_t)x + (uint32_t)y;
        if (a->operation == CLUSTER_SUBTRACT) {
            result = (uint32_t)x - (uint32_t)y;
        } else if (a->operation == CLUSTER_MULTIPLY) {
            result = (uint32_t)x * (uint32_t)y;
        } else if (a->operation == CLUSTER_SMALLER) {
            result = (uint32_t)(x < y ? x : y);
        } else if (a->operation == CLUSTER_LARGER) {
            result = (uint32_t)(x > y ? x : y);
        }
        const uint8_t *entry = constants;
        if (entry != NULL) {
            entry += row * a->row_entry + channel * a->channel_entry;
        }
        cluster_store(at, a->output_type, cluster_requantize(&to, cluster_wrap((int32_t)result, a->type), entry));
    }
}
