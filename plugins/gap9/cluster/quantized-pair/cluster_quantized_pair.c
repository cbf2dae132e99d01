#define CLUSTER_PAIR_LINEAR 0
#define CLUSTER_PAIR_SUMS 1
#define CLUSTER_PAIR_PRODUCTS 2
#define CLUSTER_PAIR_REAL_SUMS 3
#define CLUSTER_PAIR_REAL_PRODUCTS 4

struct cluster_quantized_pair_arguments {
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
    int32_t form;
    int32_t rule;
    int32_t input_zero_point;
    int32_t zero_point;
    int32_t low;
    int32_t high;
    int64_t divisor;
    double denominator;
};

/*
 * Sums and products of quantized tensors. Linear: left * m0 + right * m1 + addend, shifted right. Otherwise two
 * tables, by the byte of each operand, give what is added or multiplied: integers, which the rule scales by the
 * entry in front of the tables, or real numbers, which are divided by the output scale.
 */
MATCH_KERNEL void cluster_quantized_pair(const void *arguments, int32_t worker, int32_t workers)
{
    const struct cluster_quantized_pair_arguments *a = arguments;
    const struct cluster_requantization to = {
        a->rule, a->input_zero_point, a->zero_point, a->low, a->high, a->divisor, a->denominator,
    };
    const uint8_t *left = a->left;
    const uint8_t *right = a->right;
    const uint8_t *constants = a->constants;
    const uint8_t *tables = constants + 16;
    uint8_t *output = a->output;
    const int32_t count = a->rows * a->columns * a->channels;
    const int32_t last = cluster_share(count, worker + 1, workers);
    for (int32_t i = cluster_share(count, worker, workers); i < last; ++i) {
        const int32_t pixel = i / a->channels;
        const int32_t channel = i - pixel * a->channels;
        const int32_t row = pixel / a->columns;
        const int32_t column = pixel - row * a->columns;
        const uint8_t *x = left + row * a->left_row_stride + column * a->left_column_stride
                           + channel * a->left_channel_stride;
        const uint8_t *y = right + row * a->right_row_stride + column * a->right_column_stride
                           + channel * a->right_channel_stride;
        uint8_t *at = output + row * a->output_row_stride + column * a->output_column_stride
                      + channel * a->output_channel_stride;
        int32_t sum;
        if (a->form == CLUSTER_PAIR_LINEAR) {
            sum = cluster_load(x, a->left_type) * cluster_load_int32(constants)
                  + cluster_load(y, a->right_type) * cluster_load_int32(constants + 4)
                  + cluster_load_int32(constants + 8);
            sum = cluster_clip(shift_right(sum, cluster_load_int32(constants + 12)), &to);
        } else if (a->form < CLUSTER_PAIR_REAL_SUMS) {
            const int32_t first = cluster_load_int32(tables + 4 * x[0]);
            const int32_t second = cluster_load_int32(tables + 1024 + 4 * y[0]);
            sum = cluster_requantize(&to, a->form == CLUSTER_PAIR_SUMS ? first + second : first * second, constants);
        } else {
            double first;
            double second;
            memcpy(&first, tables + 8 * x[0], sizeof first);
            memcpy(&second, tables + 2048 + 8 * y[0], sizeof second);
            const double real = a->form == CLUSTER_PAIR_REAL_SUMS ? first + second : first * second;
            sum = (int32_t)clamp_f64(round_even_f64(real / to.denominator) + to.zero_point, to.low, to.high);
        }
        cluster_store(at, a->output_type, sum);
    }
}
