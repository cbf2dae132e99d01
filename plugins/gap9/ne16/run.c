/*
 * What a call hands to NE16: a layer or a tile of one. Constants lie block by block of output channels: weights,
 * biases of four bytes, scales, shifts of one byte. Strides in bytes.
 */
struct ne16_run_arguments {
    const void *input;
    const void *weights;
    void *output;
    int32_t mode;               /* 0: 3x3, 1: depthwise, 2: 1x1, 3: linear */
    int32_t stride2x2;          /* 3x3 windows two apart: a job for every 2x2 outputs */
    int32_t input_channels;     /* linear mode: inputs, a multiple of 16 */
    int32_t channels;           /* output channels */
    int32_t rows;               /* output rows */
    int32_t columns;
    int32_t input_pixel;        /* from one subtile's pixel to the next */
    int32_t input_row;
    int32_t output_pixel;
    int32_t output_row;
    int32_t pad_top;            /* 0 to 2 */
    int32_t pad_right;
    int32_t pad_bottom;
    int32_t pad_left;
    int32_t pad_value;
    int32_t weight_offset;
    int32_t weight_bits;        /* 2 to 8 */
    int32_t block_channels;     /* output channels of a block, 1 to 32, depthwise 16 */
    int32_t block_bytes;        /* of all blocks but the last */
    int32_t has_bias;
    int32_t has_shifts;         /* a shift for each channel */
    int32_t shift;              /* otherwise */
    int32_t scale_bits;         /* 8, 16, 32; 0: sums leave as they are */
    int32_t output_bits;        /* 8 or 32 */
    int32_t relu;               /* clips 8 bits to 0 .. 255, otherwise to -128 .. 127 */
    int32_t counted;            /* the engine's model says how long it takes */
};

/* Jobs that follow each other; each but the first is programmed while the one before it runs. */
struct ne16_list {
    int32_t cycles;
    int32_t last;               /* of the last job, not yet in the sum */
};

static void ne16_append(struct ne16_list *list, const struct ne16_job *job)
{
    /* A queued job starts 5 cycles earlier than one that is waited for; programming what differs takes 109. */
    const int32_t before = list->last - 5 > 109 ? list->last - 5 : 109;
    list->cycles += list->last == 0 ? 0 : before;
    list->last = ne16_run_job(job);
}

/* Sets the rows and columns that a job computes, and the padding around them. */
static void ne16_set_window(struct ne16_job *job, int32_t rows, int32_t columns, int32_t bottom, int32_t right)
{
    const int32_t border = job->mode == NE16_1X1 || job->mode == NE16_LINEAR ? 0 : 2;
    job->subtile_rows = (rows + 2) / 3;
    job->subtile_columns = (columns + 2) / 3;
    job->last_rows = rows - 3 * (job->subtile_rows - 1);
    job->last_columns = columns - 3 * (job->subtile_columns - 1);
    job->pad_bottom = bottom;
    job->pad_right = right;
    job->last_input_rows = job->last_rows + border - bottom;
    job->last_input_columns = job->last_columns + border - right;
}

/* One job for every 2x2 outputs: the corners of a subtile. */
static void ne16_append_corners(struct ne16_list *list, const struct ne16_run_arguments *call, struct ne16_job job)
{
    const uint8_t *input = job.input;
    uint8_t *output = job.output;
    job.output_pixel = call->output_pixel / 2;
    job.output_row = call->output_row / 2;
    for (int32_t y = 0; y < call->rows; y += 2) {
        const int32_t last_row = y + 2 >= call->rows;
        job.pad_top = y == 0 ? call->pad_top : 0;
        for (int32_t x = 0; x < call->columns; x += 2) {
            const int32_t last_column = x + 2 >= call->columns;
            job.pad_left = x == 0 ? call->pad_left : 0;
            ne16_set_window(&job, y + 1 == call->rows ? 1 : 3, x + 1 == call->columns ? 1 : 3,
                            last_row ? call->pad_bottom : 0, last_column ? call->pad_right : 0);
            job.input = input + (y == 0 ? 0 : 2 * y - call->pad_top) * call->input_row
                + (x == 0 ? 0 : 2 * x - call->pad_left) * call->input_pixel;
            job.output = output + y * call->output_row + x * call->output_pixel;
            ne16_append(list, &job);
        }
    }
}

/* Runs the jobs of a call: one for each block of output channels, or many. */
MATCH_KERNEL void ne16_run(const void *arguments, int32_t worker, int32_t workers)
{
    const struct ne16_run_arguments *call = arguments;
    const int32_t depthwise = call->mode == NE16_DEPTHWISE;
    const int32_t size = call->block_channels;
    const int32_t words = (call->input_channels + 15) / 16;
    const int32_t window = call->mode == NE16_3X3 ? 9 : 1;
    const uint8_t *block = call->weights;
    const uint8_t *input = call->input;
    uint8_t *output = call->output;
    struct ne16_list list = {0, 0};
    (void)worker;
    (void)workers;
    for (int32_t first = 0; first < call->channels; first += size, block += call->block_bytes) {
        const int32_t channels = call->channels - first < size ? call->channels - first : size;
        const int32_t groups = depthwise ? 1 : call->mode == NE16_LINEAR ? (words + 15) / 16 : words;
        const int32_t whole = call->mode == NE16_LINEAR ? words : call->input_channels;
        const int32_t channel_bytes = depthwise ? 0 : call->weight_bits * 2 * words * window;
        const int32_t weight_bytes = depthwise ? call->weight_bits * 18 : channels * channel_bytes;
        const uint8_t *biases = block + (weight_bytes + 3) / 4 * 4;
        const uint8_t *scales = biases + (call->has_bias ? 4 * channels : 0);
        const uint8_t *shifts = scales + channels * call->scale_bits / 8;
        struct ne16_job job = {
            .weights = block,
            .input = depthwise ? input + first : input,
            .output = output + first * call->output_bits / 8,
            .scales = scales,
            .shifts = call->has_shifts ? shifts : NULL,
            .biases = call->has_bias ? biases : NULL,
            .input_pixel = call->input_pixel,
            .input_row = call->input_row,
            .output_pixel = call->output_pixel,
            .output_row = call->output_row,
            .weights_channel = channel_bytes,
            .input_groups = groups,
            .input_remainder = depthwise ? channels : whole - 16 * (groups - 1),
            .channels = channels,
            .pad_top = call->pad_top,
            .pad_left = call->pad_left,
            .pad_value = call->pad_value,
            .weight_offset = call->weight_offset,
            .weight_bits = call->weight_bits,
            .mode = call->mode,
            .stride2x2 = call->stride2x2,
            .scale_bits = call->scale_bits,
            .shift = call->shift,
            .output_bits = call->output_bits,
            .relu = call->relu,
        };
        if (call->stride2x2) {
            ne16_append_corners(&list, call, job);
        } else {
            ne16_set_window(&job, call->rows, call->columns, call->pad_bottom, call->pad_right);
            ne16_append(&list, &job);
        }
    }
    list.cycles += list.last;
    if (call->counted) {
        match_spent(list.cycles);
    }
}
