struct cluster_quantize_arguments {
    const void *input;
    /* A float scale and a 32-bit zero point. */
    const void *constants;
    void *output;
    int32_t rows;
    int32_t columns;
    int32_t channels;
    int32_t input_row_stride;
    int32_t input_column_stride;
    int32_t input_channel_stride;
    int32_t output_row_stride;
    int32_t output_column_stride;
    int32_t output_channel_stride;
    /* Of the integers. */
    int32_t type;
    int32_t low;
    int32_t high;
    int32_t to_float;
};

/* Floats to integers, rounded to nearest even, saturated, 0 for what is no number; or integers to floats. */
MATCH_KERNEL void cluster_quantize(const void *arguments, int32_t worker, int32_t workers)
{
    const struct cluster_quantize_arguments *a = arguments;
    const uint8_t *input = a->input;
    const uint8_t *constants = a->constants;
    uint8_t *output = a->output;
    const int32_t zero_point = cluster_load_int32(constants + 4);
    const int32_t count = a->rows * a->columns * a->channels;
    const int32_t last = cluster_share(count, worker + 1, workers);
    float scale;
    memcpy(&scale, constants, sizeof scale);
    for (int32_t i = cluster_share(count, worker, workers); i < last; ++i) {
        const int32_t pixel = i / a->channels;
        const int32_t channel = i - pixel * a->channels;
        const int32_t row = pixel / a->columns;
        const int32_t column = pixel - row * a->columns;
        const uint8_t *from = input + row * a->input_row_stride + column * a->input_column_stride
                              + channel * a->input_channel_stride;
        uint8_t *at = output + row * a->output_row_stride + column * a->output_column_stride
                      + channel * a->output_channel_stride;
        if (a->to_float != 0) {
            const float value = (float)(cluster_load(from, a->type) - zero_point) * scale;
            memcpy(at, &value, sizeof value);
        } else {
            float x;
            memcpy(&x, from, sizeof x);
            /* Below 2^24 sums are exact, above they saturate either way. */
            const float value = round_even_f32(x / scale) + (float)zero_point;
            int32_t result = 0;
            if (value < (float)a->low) {
                result = a->low;
            } else if (value > (float)a->high) {
                result = a->high;
            } else if (value == value) {
                result = (int32_t)value;
            }
            cluster_store(at, a->type, result);
        }
    }
}
