/*
 * What a call hands to the analog core: all rows of a convolution's window against all of its filters, pixel by pixel.
 * Activations are planar, bytes reversed in each aligned group of four; so are the cells, a row of the array after
 * the other. Strides in bytes.
 */
struct diana_analog_arguments {
    const void *input;          /* 7 bits of each byte are used: 0 .. 127 or -64 .. 63 */
    const void *weights;        /* cells of the array */
    void *output;
    int32_t input_channels;
    int32_t input_rows;         /* that are there; what lies beside them is padding */
    int32_t input_columns;
    int32_t input_plane;        /* from channel to channel */
    int32_t rows;               /* outputs of each channel */
    int32_t columns;
    int32_t channels;           /* outputs of each pixel, 1 to 512 */
    int32_t output_plane;
    int32_t kernel_rows;
    int32_t kernel_columns;
    int32_t stride;
    int32_t pad_top;
    int32_t pad_left;
    int32_t constant_rows;      /* rows of the array behind the window's, driven by constants */
    int32_t row_bytes;          /* cells of a row: four to a byte */
    int32_t shift;              /* 0 to 31 */
    int32_t relu;               /* clips to 0 .. 31, otherwise to -32 .. 31 */
};

enum { DIANA_ANALOG_ROWS = 1152, DIANA_ANALOG_COLUMNS = 512 };

/* Constants on the rows that make up biases: digits of a balanced ternary number, then the largest input again and again. */
static int32_t diana_analog_constant(int32_t row)
{
    static const int32_t digits[4] = {1, 3, 9, 27};
    return row < 4 ? digits[row] : 63;
}

/* Puts the window of one output on the rows of the array. */
static void diana_analog_drive(const struct diana_analog_arguments *call, int32_t y, int32_t x, int32_t *rows)
{
        for (int32_t c = 0; c < call->input_channels; ++c) {
        for (int32_t i = 0; i < call->kernel_rows; ++i) {
            const int32_t row = y * call->stride - call->pad_top + i;
            for (int32_t j = 0; j < call->kernel_columns; ++j) {
                const int32_t column = x * call->stride - call->pad_left + j;
                const int32_t inside = row >= 0 && row < call->input_rows && column >= 0 && column < call->input_columns;
                const int32_t at = c * call->input_plane + row * call->input_columns + column;
                *rows++ = inside ? (int8_t)diana_planar_get(call->input, at) : 0;
            }
        }
    }
    for (int32_t i = 0; i < call->constant_rows; ++i) {
        *rows++ = diana_analog_constant(i);
    }
}

/* All columns at once: each sums its cells, -1, 0 or 1, times what is on the rows. */
static void diana_analog_sum(const uint8_t *cells, int32_t row_bytes, const int32_t *rows, int32_t count, int32_t *sums)
{
    for (int32_t k = 0; k < 4 * row_bytes; ++k) {
        sums[k] = 0;
    }
    for (int32_t r = 0; r < count; ++r) {
        const int32_t value = rows[r];
        if (value == 0) {
            continue;
        }
        for (int32_t b = 0; b < row_bytes; ++b) {
            const int32_t four = cells[(r * row_bytes + b) ^ 3];
            for (int32_t j = 0; j < 4; ++j) {
                /* Two's complement in two bits. */
                const int32_t code = four >> (2 * j);
                sums[4 * b + j] += value * ((code & 1) - (code & 2));
            }
        }
    }
}

/* The converter: a right shift that rounds down, then six bits. */
static uint8_t diana_analog_convert(int32_t sum, int32_t shift, int32_t relu)
{
    const int32_t scaled = sum < 0 ? ~(~sum >> shift) : sum >> shift;
    const int32_t least = relu ? 0 : -32;
    return (uint8_t)(scaled < least ? least : scaled > 31 ? 31 : scaled);
}

/* Runs a convolution, or some rows of one. */
MATCH_KERNEL void diana_analog(const void *arguments, int32_t worker, int32_t workers)
{
    const struct diana_analog_arguments *call = arguments;
    const int32_t window = call->input_channels * call->kernel_rows * call->kernel_columns;
    uint8_t *output = call->output;
    int32_t rows[DIANA_ANALOG_ROWS];
    int32_t sums[DIANA_ANALOG_COLUMNS];
    (void)worker;
    (void)workers;
    for (int32_t y = 0; y < call->rows; ++y) {
        for (int32_t x = 0; x < call->columns; ++x) {
            diana_analog_drive(call, y, x, rows);
            diana_analog_sum(call->weights, call->row_bytes, rows, window + call->constant_rows, sums);
            for (int32_t k = 0; k < call->channels; ++k) {
                const int32_t at = k * call->output_plane + y * call->columns + x;
                diana_planar_put(output, at, diana_analog_convert(sums[k], call->shift, call->relu));
            }
        }
    }
}
