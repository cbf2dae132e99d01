/*
 * $network: a program that runs the network on this machine.
 *
 * Without arguments it runs the samples that it carries and compares their outputs. With files it runs
 * whatever they hold; see usage().
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "$header"

/* One input or output of the network. */
struct tensor {
    const char *name;
    const char *dtype;
    size_t count;
    size_t bytes;
    void *data;
    /* Allowed difference from an expected element b: absolute + relative * |b|. */
    double relative;
    double absolute;
};

$storage

/* No macro: there may be none, and comparing with a literal 0 draws warnings. */
static const size_t input_count = $input_count;
#define OUTPUT_COUNT $output_count

static const struct tensor inputs[] = {
    $inputs
};

static const struct tensor outputs[] = {
    $outputs
};

/* Runs the network on what the inputs hold. */
static void run_network(void)
{
    $run
}

static double element(const struct tensor *tensor, const uint8_t *bytes, size_t index)
{
    (void)tensor; /* not looked at where every output is uint8 */
    $elements
    return bytes[index];
}

static double magnitude(double value)
{
    return value < 0.0 ? -value : value;
}

/* Differences from the expected elements of one output, over all samples. */
struct comparison {
    size_t differing;
    double largest;
    size_t first_sample;
    size_t first_index;
};

static void compare(const struct tensor *tensor, const uint8_t *expected, size_t sample, struct comparison *result)
{
    const uint8_t *actual = tensor->data;
    const size_t size = tensor->count == 0 ? 1 : tensor->bytes / tensor->count;
    for (size_t i = 0; i < tensor->count; ++i) {
        if (memcmp(actual + i * size, expected + i * size, size) == 0) {
            continue;
        }
        const double a = element(tensor, actual, i);
        const double b = element(tensor, expected, i);
        const double difference = magnitude(a - b);
        if (difference <= tensor->absolute + tensor->relative * magnitude(b) && tensor->relative > 0.0) {
            continue;
        }
        if (a != a && b != b) {
            continue;
        }
        if (result->differing == 0) {
            result->first_sample = sample;
            result->first_index = i;
        }
        result->differing++;
        if (!(difference <= result->largest)) {
            result->largest = difference;
        }
    }
}

static int report(const struct comparison *results, size_t samples)
{
    int failed = 0;
    for (size_t i = 0; i < OUTPUT_COUNT; ++i) {
        const struct comparison *result = &results[i];
        const unsigned long elements = (unsigned long)(outputs[i].count * samples);
        if (result->differing == 0) {
            printf("PASS %s: %lu elements agree\n", outputs[i].name, elements);
            continue;
        }
        failed = 1;
        printf("FAIL %s: %lu of %lu elements differ, by up to %g; first: sample %lu, element %lu\n",
               outputs[i].name, (unsigned long)result->differing, elements, result->largest,
               (unsigned long)result->first_sample, (unsigned long)result->first_index);
    }
    return failed;
}

//% if samples
#define SAMPLE_COUNT $sample_count

/* Inputs of each sample, one after the other. */
static const uint8_t sample_inputs[] = {
    $sample_inputs
};

/* Expected outputs of each sample, one after the other. */
static const uint8_t sample_outputs[] = {
    $sample_outputs
};

static int run_samples(void)
{
    struct comparison results[OUTPUT_COUNT] = {{0, 0.0, 0, 0}};
    const uint8_t *given = sample_inputs;
    const uint8_t *expected = sample_outputs;
    for (size_t sample = 0; sample < SAMPLE_COUNT; ++sample) {
        for (size_t i = 0; i < input_count; ++i) {
            memcpy(inputs[i].data, given, inputs[i].bytes);
            given += inputs[i].bytes;
        }
        run_network();
        for (size_t i = 0; i < OUTPUT_COUNT; ++i) {
            compare(&outputs[i], expected, sample, &results[i]);
            expected += outputs[i].bytes;
        }
    }
    return report(results, SAMPLE_COUNT);
}

//% end
static void usage(const char *program)
{
    fprintf(stderr,
            "usage: %s [--input FILE]... [--output FILE]... [--expect FILE]...\n"
            "  Files hold raw little-endian elements of any number of samples. Give one file per tensor, in\n"
            "  this order, or one file with all inputs (outputs) of each sample one after the other.\n",
            program);
    for (size_t i = 0; i < input_count; ++i) {
        fprintf(stderr, "  input %s: %s, %lu bytes\n", inputs[i].name, inputs[i].dtype, (unsigned long)inputs[i].bytes);
    }
    for (size_t i = 0; i < OUTPUT_COUNT; ++i) {
        fprintf(stderr, "  output %s: %s, %lu bytes\n", outputs[i].name, outputs[i].dtype,
                (unsigned long)outputs[i].bytes);
    }
}

/* Files of one kind: none, one for all tensors, or one per tensor. */
struct files {
    const char *option;
    const char *mode;
    size_t count;
    const char *names[$most_files];
    FILE *streams[$most_files];
};

static FILE *stream_of(const struct files *files, size_t tensor)
{
    return files->streams[files->count == 1 ? 0 : tensor];
}

static int open_files(struct files *files, size_t tensors)
{
    if (files->count > 1 && files->count != tensors) {
        fprintf(stderr, "%s is given %lu times, for %lu tensors\n", files->option, (unsigned long)files->count,
                (unsigned long)tensors);
        return 0;
    }
    for (size_t i = 0; i < files->count; ++i) {
        files->streams[i] = fopen(files->names[i], files->mode);
        if (files->streams[i] == NULL) {
            fprintf(stderr, "%s cannot be opened\n", files->names[i]);
            return 0;
        }
    }
    return 1;
}

/* Whole samples in the files; all must have the same number. Sets *samples, or finds it as given before. */
static int count_samples(const struct files *files, const struct tensor *tensors, size_t tensor_count, long *samples)
{
    long total = 0;
    for (size_t i = 0; i < tensor_count; ++i) {
        total += (long)tensors[i].bytes;
    }
    for (size_t i = 0; i < files->count; ++i) {
        const long unit = files->count == 1 ? total : (long)tensors[i].bytes;
        if (fseek(files->streams[i], 0, SEEK_END) != 0) {
            fprintf(stderr, "%s cannot be read\n", files->names[i]);
            return 0;
        }
        const long size = ftell(files->streams[i]);
        rewind(files->streams[i]);
        if (unit == 0 ? size != 0 : size <= 0 || size % unit != 0) {
            fprintf(stderr, "%s has %ld bytes, which is no multiple of the %ld bytes of a sample\n",
                    files->names[i], size, unit);
            return 0;
        }
        const long found = unit == 0 ? 1 : size / unit;
        if (*samples >= 0 && unit != 0 && found != *samples) {
            fprintf(stderr, "%s has %ld samples where another file has %ld\n", files->names[i], found, *samples);
            return 0;
        }
        if (unit != 0) {
            *samples = found;
        }
    }
    return 1;
}

static uint8_t expected_bytes[$largest_output];

static int run_files(struct files *input, struct files *output, struct files *expect)
{
    struct comparison results[OUTPUT_COUNT] = {{0, 0.0, 0, 0}};
    long samples = -1;
    if (!open_files(input, input_count) || !open_files(output, OUTPUT_COUNT) || !open_files(expect, OUTPUT_COUNT)
        || !count_samples(input, inputs, input_count, &samples)
        || !count_samples(expect, outputs, OUTPUT_COUNT, &samples)) {
        return 2;
    }
    if (samples < 0) {
        samples = 1;
    }
    for (long sample = 0; sample < samples; ++sample) {
        for (size_t i = 0; i < input_count; ++i) {
            if (fread(inputs[i].data, 1, inputs[i].bytes, stream_of(input, i)) != inputs[i].bytes) {
                fprintf(stderr, "%s ends too early\n", input->names[input->count == 1 ? 0 : i]);
                return 2;
            }
        }
        run_network();
        for (size_t i = 0; i < OUTPUT_COUNT; ++i) {
            if (output->count > 0
                && fwrite(outputs[i].data, 1, outputs[i].bytes, stream_of(output, i)) != outputs[i].bytes) {
                fprintf(stderr, "%s cannot be written\n", output->names[output->count == 1 ? 0 : i]);
                return 2;
            }
            if (expect->count > 0) {
                if (fread(expected_bytes, 1, outputs[i].bytes, stream_of(expect, i)) != outputs[i].bytes) {
                    fprintf(stderr, "%s ends too early\n", expect->names[expect->count == 1 ? 0 : i]);
                    return 2;
                }
                compare(&outputs[i], expected_bytes, (size_t)sample, &results[i]);
            }
        }
    }
    for (size_t i = 0; i < output->count; ++i) {
        if (fclose(output->streams[i]) != 0) {
            fprintf(stderr, "%s cannot be written\n", output->names[i]);
            return 2;
        }
    }
    return expect->count > 0 ? report(results, (size_t)samples) : 0;
}

int main(int argc, char **argv)
{
    struct files kinds[3] = {
        {"--input", "rb", 0, {NULL}, {NULL}},
        {"--output", "wb", 0, {NULL}, {NULL}},
        {"--expect", "rb", 0, {NULL}, {NULL}},
    };
    for (int i = 1; i < argc; i += 2) {
        struct files *kind = NULL;
        for (size_t k = 0; k < 3; ++k) {
            if (strcmp(argv[i], kinds[k].option) == 0) {
                kind = &kinds[k];
            }
        }
        if (kind == NULL || i + 1 >= argc || kind->count >= $most_files) {
            usage(argv[0]);
            return 2;
        }
        kind->names[kind->count] = argv[i + 1];
        kind->count++;
    }
    if (argc == 1) {
        //% if samples
        return run_samples();
        //% else
        fprintf(stderr, "no samples are built in\n");
        usage(argv[0]);
        return 2;
        //% end
    }
    if (input_count > 0 && kinds[0].count == 0) {
        usage(argv[0]);
        return 2;
    }
    return run_files(&kinds[0], &kinds[1], &kinds[2]);
}
