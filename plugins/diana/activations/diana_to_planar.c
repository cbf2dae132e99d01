/*
 * An image into the accelerators' order. What lies evenly, pixel by pixel or plane by plane, comes as one long row.
 * Strides in bytes.
 */
struct diana_to_planar_arguments {
    const void *input;
    void *output;
    int32_t planes;
    int32_t rows;
    int32_t columns;
    int32_t plane_stride;       /* of the input */
    int32_t row_stride;
    int32_t column_stride;
    int32_t bytes;              /* of the output; what the input lacks is 0 */
};

MATCH_KERNEL void diana_to_planar(const void *arguments, int32_t worker, int32_t workers)
{
    const struct diana_to_planar_arguments *call = arguments;
    const uint8_t *input = call->input;
    uint8_t *output = call->output;
    const int32_t step = call->column_stride;
    int32_t position = 0;
    (void)worker;
    (void)workers;
    for (int32_t plane = 0; plane < call->planes; ++plane) {
        for (int32_t row = 0; row < call->rows; ++row) {
            const uint8_t *pixel = input + plane * call->plane_stride + row * call->row_stride;
            int32_t column = 0;
            if (call->columns % 4 == 0) {
                for (; column < call->columns; column += 4, position += 4) {
                    const uint8_t *four = pixel + column * step;
                    output[position + 3] = four[0];
                    output[position + 2] = four[step];
                    output[position + 1] = four[2 * step];
                    output[position] = four[3 * step];
                }
            }
            for (; column < call->columns; ++column) {
                diana_planar_put(output, position++, pixel[column * step]);
            }
        }
    }
    while (position < call->bytes) {
        diana_planar_put(output, position++, 0);
    }
}
