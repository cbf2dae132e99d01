struct vector_add_arguments {
    const void *a;
    const void *b;
    void *output;
    int32_t count;
    int32_t left_shift;
    int32_t a_zero_point;
    int32_t a_multiplier;
    int32_t a_shift;
    int32_t b_zero_point;
    int32_t b_multiplier;
    int32_t b_shift;
    int32_t multiplier;
    int32_t shift;
    int32_t zero_point;
    int32_t low;
    int32_t high;
};

/* Sums of two quantized tensors, element by element. */
MATCH_KERNEL void vector_add(const void *arguments, int32_t worker, int32_t workers)
{
    const struct vector_add_arguments *job = arguments;
    const int8_t *a = job->a;
    const int8_t *b = job->b;
    int8_t *output = job->output;
    const int32_t unit = (int32_t)1 << job->left_shift;
    for (int32_t i = worker; i < job->count; i += workers) {
        const int32_t x = requantize_single((a[i] - job->a_zero_point) * unit, job->a_multiplier, job->a_shift);
        const int32_t y = requantize_single((b[i] - job->b_zero_point) * unit, job->b_multiplier, job->b_shift);
        const int32_t sum = requantize_single(x + y, job->multiplier, job->shift) + job->zero_point;
        output[i] = (int8_t)(sum < job->low ? job->low : sum > job->high ? job->high : sum);
    }
}
