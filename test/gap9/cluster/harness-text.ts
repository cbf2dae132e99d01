/** The end of the test program: reads calls from a file, runs them in both worker orders, compares every byte. */
export default String.raw`
static FILE *file;

static void read_bytes(void *to, size_t count)
{
    if (count > 0 && fread(to, 1, count, file) != count) {
        puts("short file");
        exit(1);
    }
}

static uint32_t read_word(void)
{
    uint32_t value;
    read_bytes(&value, sizeof value);
    return value;
}

struct operand {
    uint32_t kind;
    uint32_t bytes;
    uint8_t *memory;
    uint8_t *before;
    uint8_t *after;
};

int main(int count, char **arguments)
{
    static struct operand operands[16];
    static struct value values[64];
    static uint8_t *kept[2][16];
    file = fopen(count > 1 ? arguments[1] : "", "rb");
    if (file == NULL) {
        return 1;
    }
    const uint32_t calls = read_word();
    for (uint32_t call = 0; call < calls; ++call) {
        const uint32_t kernel = read_word();
        const int32_t workers = (int32_t)read_word();
        const uint32_t operand_count = read_word();
        for (uint32_t i = 0; i < operand_count; ++i) {
            struct operand *own = &operands[i];
            own->kind = read_word();
            own->bytes = read_word();
            own->memory = malloc(own->bytes);
            own->before = NULL;
            own->after = NULL;
            if (own->kind == 0) {
                read_bytes(own->memory, own->bytes);
            } else if (own->kind == 1) {
                own->before = malloc(own->bytes);
                own->after = malloc(own->bytes);
                read_bytes(own->before, own->bytes);
                read_bytes(own->after, own->bytes);
            }
        }
        const uint32_t value_count = read_word();
        static uint32_t places[64];
        for (uint32_t i = 0; i < value_count; ++i) {
            places[i] = read_word();
            read_bytes(&values[i].number, sizeof values[i].number);
        }
        for (int32_t backward = 0; backward < 2; ++backward) {
            for (uint32_t i = 0; i < operand_count; ++i) {
                struct operand *own = &operands[i];
                if (own->kind == 1 && own->bytes > 0) {
                    memcpy(own->memory, own->before, own->bytes);
                } else if (own->kind == 2 && own->bytes > 0) {
                    memset(own->memory, 0x5a, own->bytes);
                } else if (own->kind == 3) {
                    /* Running sums: what the call before left in the same order of workers. */
                    memcpy(own->memory, kept[backward][i], own->bytes);
                }
            }
            for (uint32_t i = 0; i < value_count; ++i) {
                values[i].pointer = NULL;
                if (places[i] != UINT32_MAX) {
                    values[i].pointer = operands[places[i]].memory + (size_t)values[i].number;
                }
            }
            for (int32_t i = 0; i < workers; ++i) {
                kernels[kernel](values, backward != 0 ? workers - 1 - i : i, workers);
            }
            for (uint32_t i = 0; i < operand_count; ++i) {
                const struct operand *own = &operands[i];
                if (own->kind == 1) {
                    for (uint32_t at = 0; at < own->bytes; ++at) {
                        if (own->memory[at] != own->after[at]) {
                            printf("%u workers %d %s: byte %u of %u is %d, not %d\n", call, workers,
                                   backward != 0 ? "backward" : "forward", at, own->bytes, own->memory[at],
                                   own->after[at]);
                            break;
                        }
                    }
                } else if (own->kind >= 2) {
                    free(kept[backward][i]);
                    kept[backward][i] = malloc(own->bytes + 1);
                    if (own->bytes > 0) {
                        memcpy(kept[backward][i], own->memory, own->bytes);
                    }
                }
            }
        }
        for (uint32_t i = 0; i < operand_count; ++i) {
            free(operands[i].memory);
            free(operands[i].before);
            free(operands[i].after);
        }
    }
    for (int32_t i = 0; i < 32; ++i) {
        free(kept[i / 16][i % 16]);
    }
    fclose(file);
    printf("%u calls\n", calls);
    return 0;
}
`;
