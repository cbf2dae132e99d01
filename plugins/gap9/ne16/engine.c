/*
 * Model of NE16: does what the engine does, on the packed weights, bit-plane by bit-plane, and counts cycles.
 *
 * A job covers one block of output channels. The engine computes 3x3 outputs of all of them at a time (a subtile),
 * from 16 input channels at a time. A weight is an unsigned code plus `weight_offset`; the offset is added by a pass
 * of its own over the sum of the inputs.
 */
enum { NE16_3X3, NE16_DEPTHWISE, NE16_1X1, NE16_LINEAR };

/* The registers of a job. Strides in bytes. */
struct ne16_job {
    const uint8_t *weights;
    const uint8_t *input;       /* of the first pixel behind the padding */
    uint8_t *output;
    const uint8_t *scales;
    const uint8_t *shifts;      /* one byte per channel; NULL: `shift` for all */
    const uint8_t *biases;      /* NULL: none */
    int32_t input_pixel;        /* from pixel to pixel */
    int32_t input_row;
    int32_t output_pixel;
    int32_t output_row;
    int32_t weights_channel;    /* from output channel to output channel */
    int32_t input_groups;       /* of 16 channels; linear mode: of 256 inputs */
    int32_t input_remainder;    /* channels of the last; linear mode: groups of 16 inputs in the last */
    int32_t channels;           /* outputs, 1 to 32, depthwise 1 to 16 */
    int32_t subtile_rows;
    int32_t subtile_columns;
    int32_t last_rows;          /* outputs of the last subtile, 1 to 3 */
    int32_t last_columns;
    int32_t last_input_rows;    /* inputs that the last subtile loads: those in the tensor */
    int32_t last_input_columns;
    int32_t pad_top;
    int32_t pad_right;
    int32_t pad_bottom;
    int32_t pad_left;
    int32_t pad_value;
    int32_t weight_offset;
    int32_t weight_bits;        /* 2 to 8 */
    int32_t mode;
    int32_t stride2x2;          /* writes the corners of a subtile alone */
    int32_t scale_bits;         /* 8, 16, 32; 0: sums leave as they are */
    int32_t shift;              /* 0 to 31 */
    int32_t output_bits;        /* 8 or 32 */
    int32_t relu;               /* clips 8 bits to 0 .. 255, otherwise to -128 .. 127 */
};

/* The inputs that a subtile needs, 16 channels of each pixel in two words, the first channel lowest. */
struct ne16_patch {
    uint64_t pixel[25][2];
};

/* The sums of a subtile: outputs by channel. They wrap in 32 bits. */
struct ne16_sums {
    uint32_t channel[32][9];
};

/* Output pixels of a subtile, and where their windows begin in the patch. */
struct ne16_subtile {
    int32_t rows;
    int32_t columns;
};

static uint32_t ne16_read32(const uint8_t *bytes, int32_t count)
{
    uint32_t value = 0;
    for (int32_t i = 0; i < count; ++i) {
        value |= (uint32_t)bytes[i] << (8 * i);
    }
    return value;
}

static uint64_t ne16_read_channels(const uint8_t *bytes, int32_t count)
{
    uint64_t value = 0;
    for (int32_t i = 0; i < count && i < 8; ++i) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

/* Bit i of eight becomes byte i: all ones or all zeros. */
static uint64_t ne16_spread(uint32_t bits)
{
    const uint64_t each = (bits & 0xFFu) * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201);
    const uint64_t high = (each + UINT64_C(0x7F7F7F7F7F7F7F7F)) & UINT64_C(0x8080808080808080);
    return (high >> 7) * 0xFFu;
}

/* The bytes of a word in pairs: four sums of 16 bits. */
static uint64_t ne16_pairs(uint64_t bytes)
{
    const uint64_t even = UINT64_C(0x00FF00FF00FF00FF);
    return (bytes & even) + ((bytes >> 8) & even);
}

/* The sum of four numbers of 16 bits, itself below 2^16. */
static uint32_t ne16_total(uint64_t lanes)
{
    return (uint32_t)((lanes * UINT64_C(0x0001000100010001)) >> 48);
}

/* Loads a patch of 5x5 or 3x3 pixels, padding filled in. Returns how many pixels it fetched. */
static int32_t ne16_load(const struct ne16_job *job, int32_t i, int32_t j, int32_t group, struct ne16_patch *patch)
{
    const int32_t size = job->mode == NE16_1X1 ? 3 : 5;
    const int32_t last_row = i == job->subtile_rows - 1;
    const int32_t last_column = j == job->subtile_columns - 1;
    const int32_t rows = last_row ? job->last_input_rows : size;
    const int32_t columns = last_column ? job->last_input_columns : size;
    const int32_t top = i == 0 ? job->pad_top : 0;
    const int32_t left = j == 0 ? job->pad_left : 0;
    const int32_t bottom = rows + (last_row ? job->pad_bottom : 0);
    const int32_t right = columns + (last_column ? job->pad_right : 0);
    const int32_t channels = group == job->input_groups - 1 ? job->input_remainder : 16;
    uint8_t padding[16];
    for (int32_t c = 0; c < 16; ++c) {
        padding[c] = (uint8_t)job->pad_value;
    }
    for (int32_t r = 0; r < size; ++r) {
        for (int32_t c = 0; c < size; ++c) {
            uint64_t *pixel = patch->pixel[r * size + c];
            const uint8_t *source = padding;
            if (r >= bottom || c >= right) {
                pixel[0] = 0;
                pixel[1] = 0;
                continue;
            }
            if (r >= top && r < rows && c >= left && c < columns) {
                source = job->input + (3 * i + r - job->pad_top) * job->input_row
                    + (3 * j + c - job->pad_left) * job->input_pixel + 16 * group;
            }
            pixel[0] = ne16_read_channels(source, channels);
            pixel[1] = ne16_read_channels(source + 8, channels - 8);
        }
    }
    return rows * columns;
}

/* Adds 16 input channels of a 3x3 window to the sums of all output channels. */
static void ne16_multiply_3x3(const struct ne16_job *job, struct ne16_subtile subtile, int32_t group,
                              const struct ne16_patch *patch, struct ne16_sums *sums)
{
    for (int32_t channel = 0; channel < job->channels; ++channel) {
        uint32_t *sum = sums->channel[channel];
        const uint8_t *plane = job->weights + channel * job->weights_channel + group * job->weight_bits * 18;
        for (int32_t bit = 0; bit < job->weight_bits; ++bit, plane += 18) {
            uint64_t mask[9][2];
            for (int32_t tap = 0; tap < 9; ++tap) {
                mask[tap][0] = ne16_spread(plane[2 * tap]);
                mask[tap][1] = ne16_spread(plane[2 * tap + 1]);
            }
            for (int32_t r = 0; r < subtile.rows; ++r) {
                for (int32_t c = 0; c < subtile.columns; ++c) {
                    uint64_t lanes = 0;
                    for (int32_t tap = 0; tap < 9; ++tap) {
                        const uint64_t *pixel = patch->pixel[(r + tap / 3) * 5 + c + tap % 3];
                        lanes += ne16_pairs(pixel[0] & mask[tap][0]) + ne16_pairs(pixel[1] & mask[tap][1]);
                    }
                    sum[3 * r + c] += ne16_total(lanes) << bit;
                }
            }
        }
    }
}

/* The same for a 1x1 window. */
static void ne16_multiply_1x1(const struct ne16_job *job, struct ne16_subtile subtile, int32_t group,
                              const struct ne16_patch *patch, struct ne16_sums *sums)
{
    for (int32_t channel = 0; channel < job->channels; ++channel) {
        uint32_t *sum = sums->channel[channel];
        const uint8_t *plane = job->weights + channel * job->weights_channel + group * job->weight_bits * 2;
        for (int32_t bit = 0; bit < job->weight_bits; ++bit, plane += 2) {
            const uint64_t low = ne16_spread(plane[0]);
            const uint64_t high = ne16_spread(plane[1]);
            for (int32_t r = 0; r < subtile.rows; ++r) {
                for (int32_t c = 0; c < subtile.columns; ++c) {
                    const uint64_t *pixel = patch->pixel[3 * r + c];
                    const uint64_t lanes = ne16_pairs(pixel[0] & low) + ne16_pairs(pixel[1] & high);
                    sum[3 * r + c] += ne16_total(lanes) << bit;
                }
            }
        }
    }
}

/* A bit-plane of a depthwise window has a bit for each of the 16 channels, which are summed apart. */
static void ne16_multiply_depthwise(const struct ne16_job *job, struct ne16_subtile subtile,
                                    const struct ne16_patch *patch, struct ne16_sums *sums)
{
    const uint64_t even = UINT64_C(0x00FF00FF00FF00FF);
    const uint8_t *plane = job->weights;
    /* The offset's pass has all weight bits set. */
    for (int32_t bit = -1; bit < job->weight_bits; ++bit) {
        const uint32_t factor = bit < 0 ? (uint32_t)job->weight_offset : (uint32_t)1 << bit;
        uint64_t mask[9][2];
        for (int32_t tap = 0; tap < 9; ++tap) {
            mask[tap][0] = bit < 0 ? UINT64_MAX : ne16_spread(plane[18 * bit + 2 * tap]);
            mask[tap][1] = bit < 0 ? UINT64_MAX : ne16_spread(plane[18 * bit + 2 * tap + 1]);
        }
        for (int32_t r = 0; r < subtile.rows; ++r) {
            for (int32_t c = 0; c < subtile.columns; ++c) {
                uint64_t lanes[2][2] = {{0, 0}, {0, 0}};
                for (int32_t tap = 0; tap < 9; ++tap) {
                    const uint64_t *pixel = patch->pixel[(r + tap / 3) * 5 + c + tap % 3];
                    for (int32_t half = 0; half < 2; ++half) {
                        const uint64_t kept = pixel[half] & mask[tap][half];
                        lanes[half][0] += kept & even;
                        lanes[half][1] += (kept >> 8) & even;
                    }
                }
                for (int32_t channel = 0; channel < job->channels; ++channel) {
                    const uint64_t four = lanes[channel / 8][channel % 2];
                    const uint32_t sum = (uint32_t)(four >> (8 * (channel % 8 - channel % 2))) & 0xFFFFu;
                    sums->channel[channel][3 * r + c] += sum * factor;
                }
            }
        }
    }
}

/* The sum of inputs under a window times the weight offset, for all channels. */
static void ne16_add_offset(const struct ne16_job *job, struct ne16_subtile subtile, const struct ne16_patch *patch,
                            struct ne16_sums *sums)
{
    const int32_t taps = job->mode == NE16_3X3 ? 3 : 1;
    const int32_t size = job->mode == NE16_3X3 ? 5 : 3;
    for (int32_t r = 0; r < subtile.rows; ++r) {
        for (int32_t c = 0; c < subtile.columns; ++c) {
            uint64_t lanes = 0;
            for (int32_t ky = 0; ky < taps; ++ky) {
                for (int32_t kx = 0; kx < taps; ++kx) {
                    const uint64_t *pixel = patch->pixel[(r + ky) * size + c + kx];
                    lanes += ne16_pairs(pixel[0]) + ne16_pairs(pixel[1]);
                }
            }
            const uint32_t offset = ne16_total(lanes) * (uint32_t)job->weight_offset;
            for (int32_t channel = 0; channel < job->channels; ++channel) {
                sums->channel[channel][3 * r + c] += offset;
            }
        }
    }
}

/* Linear mode: up to 256 inputs at a time. Returns the cycles. */
static int32_t ne16_linear(const struct ne16_job *job, struct ne16_sums *sums)
{
    int32_t cycles = 0;
    const int32_t plane_bytes = 32 * (job->input_groups - 1) + 2 * job->input_remainder;
    for (int32_t group = 0; group < job->input_groups; ++group) {
        const int32_t words = group == job->input_groups - 1 ? job->input_remainder : 16;
        uint64_t input[16][2];
        uint64_t lanes = 0;
        for (int32_t word = 0; word < words; ++word) {
            const uint8_t *source = job->input + 256 * group + job->input_pixel * word;
            input[word][0] = ne16_read_channels(source, 8);
            input[word][1] = ne16_read_channels(source + 8, 8);
            lanes += ne16_pairs(input[word][0]) + ne16_pairs(input[word][1]);
        }
        const uint32_t offset = ne16_total(lanes) * (uint32_t)job->weight_offset;
        for (int32_t channel = 0; channel < job->channels; ++channel) {
            const uint8_t *plane = job->weights + channel * job->weights_channel + 32 * group;
            sums->channel[channel][0] += offset;
            for (int32_t bit = 0; bit < job->weight_bits; ++bit, plane += plane_bytes) {
                lanes = 0;
                for (int32_t word = 0; word < words; ++word) {
                    lanes += ne16_pairs(input[word][0] & ne16_spread(plane[2 * word]));
                    lanes += ne16_pairs(input[word][1] & ne16_spread(plane[2 * word + 1]));
                }
                sums->channel[channel][0] += ne16_total(lanes) << bit;
            }
        }
        cycles += 22 + words + job->channels * job->weight_bits;
    }
    return cycles;
}

/* A number of 32 bits with its sign, times 2^-shift, rounded down. */
static int32_t ne16_shift(uint32_t value, int32_t shift)
{
    if (value >> 31 != 0) {
        return -(int32_t)(~value >> shift) - 1;
    }
    return (int32_t)(value >> shift);
}

/* Scales the sums; the product and the bias wrap in 32 bits. Returns the cycles. */
static int32_t ne16_normalize(const struct ne16_job *job, struct ne16_sums *sums)
{
    const int32_t scale_bytes = job->scale_bits / 8;
    if (job->scale_bits == 0) {
        return 0;
    }
    for (int32_t channel = 0; channel < job->channels; ++channel) {
        const uint32_t scale = ne16_read32(job->scales + channel * scale_bytes, scale_bytes);
        const uint32_t bias = job->biases != NULL ? ne16_read32(job->biases + 4 * channel, 4) : 0;
        const int32_t shift = job->shifts != NULL ? job->shifts[channel] & 31 : job->shift;
        for (int32_t i = 0; i < 9; ++i) {
            const uint32_t scaled = sums->channel[channel][i] * scale + bias;
            sums->channel[channel][i] = (uint32_t)ne16_shift(scaled, shift);
        }
    }
    return (job->channels * scale_bytes + 3) / 4 + (job->biases != NULL ? 4 : 0) + (job->shifts != NULL ? 1 : 0);
}

/* Clips and writes the outputs of a subtile. Returns the cycles. */
static int32_t ne16_write(const struct ne16_job *job, struct ne16_subtile subtile, int32_t i, int32_t j,
                          const struct ne16_sums *sums)
{
    const int32_t least = job->relu ? 0 : -128;
    const int32_t most = job->relu ? 255 : 127;
    const int32_t written = 3 * (subtile.rows - 1) + subtile.columns;
    for (int32_t r = 0; r < subtile.rows; ++r) {
        for (int32_t c = 0; c < subtile.columns; ++c) {
            if (job->stride2x2 && (r == 1 || c == 1)) {
                continue;
            }
            uint8_t *pixel = job->output + (3 * i + r) * job->output_row + (3 * j + c) * job->output_pixel;
            for (int32_t channel = 0; channel < job->channels; ++channel) {
                int32_t value = ne16_shift(sums->channel[channel][3 * r + c], 0);
                if (job->output_bits == 32) {
                    memcpy(pixel + 4 * channel, &value, sizeof value);
                } else {
                    value = value < least ? least : value > most ? most : value;
                    pixel[channel] = (uint8_t)(value & 0xFF);
                }
            }
        }
    }
    if (job->output_bits == 32) {
        return written * ((job->channels + 7) / 8) - (job->mode == NE16_1X1 ? 1 : 0);
    }
    return written + (job->mode == NE16_1X1 ? 9 - subtile.rows * subtile.columns : 0);
}

/* Runs a job. Returns its cycles, from the start to the event that tells its end. */
static int32_t ne16_run_job(const struct ne16_job *job)
{
    int32_t cycles = 6;
    for (int32_t i = 0; i < job->subtile_rows; ++i) {
        for (int32_t j = 0; j < job->subtile_columns; ++j) {
            const struct ne16_subtile subtile = {
                i == job->subtile_rows - 1 ? job->last_rows : 3,
                j == job->subtile_columns - 1 ? job->last_columns : 3,
            };
            struct ne16_patch patch;
            struct ne16_sums sums;
            memset(&sums, 0, sizeof sums);
            if (job->mode == NE16_LINEAR) {
                cycles += ne16_linear(job, &sums);
            } else {
                for (int32_t group = 0; group < job->input_groups; ++group) {
                    const int32_t pixels = ne16_load(job, i, j, group, &patch);
                    if (job->mode == NE16_3X3) {
                        ne16_add_offset(job, subtile, &patch, &sums);
                        ne16_multiply_3x3(job, subtile, group, &patch, &sums);
                        cycles += 18 + pixels + job->channels * job->weight_bits;
                    } else if (job->mode == NE16_1X1) {
                        ne16_add_offset(job, subtile, &patch, &sums);
                        ne16_multiply_1x1(job, subtile, group, &patch, &sums);
                        cycles += 31 + job->channels;
                    } else {
                        ne16_multiply_depthwise(job, subtile, &patch, &sums);
                        cycles += 28 + pixels + job->channels * job->weight_bits;
                    }
                }
            }
            cycles += ne16_normalize(job, &sums);
            cycles += ne16_write(job, subtile, i, j, &sums);
        }
    }
    return cycles;
}
