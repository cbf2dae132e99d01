/*
 * What a call hands to the array: a layer or a tile of one. Constants lie block by block of 16 output channels: biases as
 * four planes of bytes, then weights (input channel, filter row, filter column, output channel). Strides in bytes.
 */
struct diana_digital_layer_arguments {
    const void *input;
    const void *weights;
    void *output;
    int32_t depthwise;
    int32_t channels;           /* summed over: 4 for depthwise */
    int32_t output_channels;
    int32_t input_rows;
    int32_t input_columns;
    int32_t rows;               /* of the output */
    int32_t columns;
    int32_t input_plane;        /* from channel to channel; rows lie side by side */
    int32_t output_plane;
    int32_t kernel_rows;
    int32_t kernel_columns;
    int32_t stride;
    int32_t pad_top;
    int32_t pad_left;
    int32_t shift;              /* 0 to 31 */
    int32_t input_signed;
    int32_t output_signed;
    int32_t relu;               /* no negative results, where they are signed */
    int32_t dense;              /* no set-up per filter row */
};

/* The sums of 16 columns by 16 channels. They wrap in 32 bits. */
struct diana_digital_sums {
    uint32_t column[DIANA_SIDE][DIANA_SIDE];
};

/* 16 weights of one tap go to all columns, each with its own input. */
static void diana_digital_multiply(const struct diana_digital_layer_arguments *call, const uint8_t *weights, int32_t first,
                                   int32_t lane, int32_t offset, int32_t left, int32_t columns,
                                   struct diana_digital_sums *sums)
{
    const uint8_t *input = call->input;
    int32_t weight[DIANA_SIDE];
    for (int32_t k = 0; k < DIANA_SIDE; ++k) {
        weight[k] = diana_digital_value(diana_planar_get(weights, k), 1);
    }
    for (int32_t x = 0; x < columns; ++x) {
        const int32_t column = left + x * call->stride;
        if (column < 0 || column >= call->input_columns) {
            continue;
        }
        if (!call->depthwise) {
            const uint8_t byte = diana_planar_get(input, lane * call->input_plane + offset + column);
            const int32_t value = diana_digital_value(byte, call->input_signed);
            for (int32_t k = 0; k < DIANA_SIDE; ++k) {
                sums->column[x][k] += (uint32_t)(weight[k] * value);
            }
            continue;
        }
        /* Four channels share their four lanes: a lane holds one of them. */
        for (int32_t k = 0; k < DIANA_SIDE; ++k) {
            const int32_t channel = first + k / DIANA_LANES * DIANA_LANES + lane;
            if (channel < call->output_channels) {
                const uint8_t byte = diana_planar_get(input, channel * call->input_plane + offset + column);
                sums->column[x][k] += (uint32_t)(weight[k] * diana_digital_value(byte, call->input_signed));
            }
        }
    }
}

/* 16 channels of up to 16 outputs of one row. Returns the cycles. */
static int32_t diana_digital_row(const struct diana_digital_layer_arguments *call, const uint8_t *block, int32_t first,
                                 int32_t row, int32_t start)
{
    const int32_t columns = call->columns - start < DIANA_SIDE ? call->columns - start : DIANA_SIDE;
    const int32_t channels = call->output_channels - first < DIANA_SIDE ? call->output_channels - first : DIANA_SIDE;
    const uint8_t *weights = block + 4 * DIANA_SIDE;
    uint8_t *output = call->output;
    int32_t cycles = 23;
    struct diana_digital_sums sums;
    for (int32_t x = 0; x < DIANA_SIDE; ++x) {
        for (int32_t k = 0; k < DIANA_SIDE; ++k) {
            sums.column[x][k] = 0;
            for (int32_t plane = 0; plane < 4; ++plane) {
                sums.column[x][k] |= (uint32_t)diana_planar_get(block, plane * DIANA_SIDE + k) << (8 * plane);
            }
        }
    }
    for (int32_t lane = 0; lane < call->channels; ++lane) {
        for (int32_t i = 0; i < call->kernel_rows; ++i) {
            const int32_t input_row = row * call->stride - call->pad_top + i;
            if (input_row >= 0 && input_row < call->input_rows) {
                cycles += call->dense ? 0 : 2;
                for (int32_t j = 0; j < call->kernel_columns; ++j) {
                    const int32_t tap = (lane * call->kernel_rows + i) * call->kernel_columns + j;
                    diana_digital_multiply(call, weights + tap * DIANA_SIDE, first, lane, input_row * call->input_columns,
                                           start * call->stride - call->pad_left + j, columns, &sums);
                    cycles += 1;
                }
            }
        }
    }
    for (int32_t x = 0; x < columns; ++x) {
        for (int32_t k = 0; k < channels; ++k) {
            const int32_t offset = (first + k) * call->output_plane + row * call->columns + start + x;
            diana_planar_put(output, offset, diana_digital_clip(sums.column[x][k], call->shift, call->output_signed,
                                                                call->relu));
        }
    }
    return cycles;
}

MATCH_KERNEL void diana_digital_layer(const void *arguments, int32_t worker, int32_t workers)
{
    const struct diana_digital_layer_arguments *call = arguments;
    const int32_t taps = call->kernel_rows * call->kernel_columns;
    const int32_t block_bytes = DIANA_SIDE * (4 + call->channels * taps);
    const uint8_t *block = call->weights;
    int32_t cycles = 0;
    (void)worker;
    (void)workers;
    for (int32_t first = 0; first < call->output_channels; first += DIANA_SIDE) {
        for (int32_t row = 0; row < call->rows; ++row) {
            for (int32_t start = 0; start < call->columns; start += DIANA_SIDE) {
                cycles += diana_digital_row(call, block, first, row, start);
            }
        }
        block += block_bytes;
    }
    match_spent(cycles);
}
