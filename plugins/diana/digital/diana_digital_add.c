/* A sum of two tensors, or of parts of them. Each lies as one run of bytes. */
struct diana_digital_add_arguments {
    const void *left;
    const void *right;
    void *output;
    int32_t elements;           /* a multiple of 4 */
    int32_t half;               /* added before the shift */
    int32_t shift;              /* 0 to 31 */
    int32_t left_signed;
    int32_t right_signed;
    int32_t output_signed;
    int32_t relu;               /* no negative results, where they are signed */
};

/* The three tensors have the same order of bytes: it does not matter which. */
MATCH_KERNEL void diana_digital_add(const void *arguments, int32_t worker, int32_t workers)
{
    const struct diana_digital_add_arguments *call = arguments;
    const uint8_t *left = call->left;
    const uint8_t *right = call->right;
    uint8_t *output = call->output;
    (void)worker;
    (void)workers;
    for (int32_t i = 0; i < call->elements; ++i) {
        const int32_t sum = diana_digital_value(left[i], call->left_signed)
            + diana_digital_value(right[i], call->right_signed) + call->half;
        output[i] = diana_digital_clip((uint32_t)sum, call->shift, call->output_signed, call->relu);
    }
    match_spent((call->elements + DIANA_SIDE - 1) / DIANA_SIDE + 23);
}
