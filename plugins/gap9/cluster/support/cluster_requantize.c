#define CLUSTER_SUMS 0
#define CLUSTER_SINGLE 1
#define CLUSTER_DOUBLE 2
#define CLUSTER_REAL_EVEN 3
#define CLUSTER_FLOOR 4
#define CLUSTER_SHIFT 5

/* How sums become elements. What may differ by channel is in the `entry` of the channel. */
struct cluster_requantization {
    int32_t rule;
    int32_t input_zero_point;
    int32_t zero_point;
    int32_t low;
    int32_t high;
    int64_t divisor;
    double denominator;
};

static int32_t cluster_clip(int64_t value, const struct cluster_requantization *to)
{
    return value < to->low ? to->low : value > to->high ? to->high : (int32_t)value;
}

/*
 * The element that stands for a sum. Entries: multiplier, shift (single and double); a numerator (real-even);
 * addend of 64 bits, multiplier (floor); multiplier, addend, shift (shift).
 */
static int32_t cluster_requantize(const struct cluster_requantization *to, int32_t sum, const uint8_t *entry)
{
    const int64_t centred = (int64_t)sum - to->input_zero_point;
    int32_t bits;
    int64_t addend;
    double real;
    switch (to->rule) {
    case CLUSTER_SINGLE:
        bits = 31 - cluster_load_int32(entry + 4);
        addend = (int64_t)1 << (bits - 1);
        return cluster_clip(shift_right(centred * cluster_load_int32(entry) + addend, bits) + to->zero_point, to);
    case CLUSTER_DOUBLE:
        sum = (int32_t)((uint32_t)sum - (uint32_t)to->input_zero_point);
        sum = requantize_double(sum, cluster_load_int32(entry), cluster_load_int32(entry + 4));
        return cluster_clip((int64_t)sum + to->zero_point, to);
    case CLUSTER_REAL_EVEN:
        memcpy(&real, entry, sizeof real);
        real = round_even_f64((double)centred * real / to->denominator) + to->zero_point;
        return (int32_t)clamp_f64(real, to->low, to->high);
    case CLUSTER_FLOOR:
        memcpy(&addend, entry, sizeof addend);
        addend += centred * cluster_load_int32(entry + 8);
        return cluster_clip(floor_divide_positive(addend, to->divisor) + to->zero_point, to);
    case CLUSTER_SHIFT:
        addend = centred * cluster_load_int32(entry) + cluster_load_int32(entry + 4);
        return cluster_clip(shift_right(addend, cluster_load_int32(entry + 8)), to);
    default:
        return cluster_clip(sum, to);
    }
}
