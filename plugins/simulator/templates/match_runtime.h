/*
 * What an emitted network asks of the platform that it runs on.
 *
 * The network's code runs on one core, the controller. It hands jobs to engines and copies to transfer channels,
 * goes on at once, and waits for what it needs. A platform provides this header, match_target.h with the numbers
 * of engines and links, and the functions below. The simulator is one such platform; for a real one,
 *
 * - match_launch and match_call hand a job to an engine: they copy the arguments, which are gone when the call
 *   returns. Jobs of one engine run one after the other in the order of their launches. An engine that is a team
 *   of cores runs the kernel on each of its workers, as kernel(arguments, worker, workers); the job is done when
 *   all have returned. Kernels of a job need no barrier between workers;
 * - match_launch may block while the engine's queue is full, match_call returns when the job is done;
 * - match_transfer_planes starts a copy between two memories and returns;
 * - match_wait returns when the job or copy that was given the token is done, its results are visible to every
 *   engine, and the token may be given again. Tokens are small numbers from 0; <network>.h says how many there are;
 * - match_begin and match_end enclose every run of the network: to switch engines on and off.
 *
 * Everything called match_note_… tells the simulator what it checks and reports. It costs nothing elsewhere.
 */
#ifndef MATCH_RUNTIME_H
#define MATCH_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#include "match_target.h"

/* A job: `arguments` points to the struct that belongs to the kernel. Workers are numbered from 0. */
typedef void match_kernel(const void *arguments, int32_t worker, int32_t workers);

void match_begin(void);
void match_end(void);

/* Hands a job to an engine and returns. `bytes` is the size of the arguments. */
void match_launch(int32_t token, int32_t engine, match_kernel *kernel, const void *arguments, size_t bytes);

/* The same, and waits for it. */
void match_call(int32_t engine, match_kernel *kernel, const void *arguments, size_t bytes);

/*
 * Starts to copy `planes` times `rows` runs of `row_bytes` bytes over a link. Planes and rows begin as many bytes
 * apart as their strides say. The memories that the link connects are part of its name.
 */
void match_transfer_planes(int32_t token, int32_t link, void *destination, int32_t destination_plane,
                           int32_t destination_row, const void *source, int32_t source_plane, int32_t source_row,
                           int32_t planes, int32_t rows, int32_t row_bytes);

/* Rows of one plane, and one run of bytes. */
#define match_transfer_rows(token, link, destination, destination_row, source, source_row, rows, row_bytes) \
    match_transfer_planes(token, link, destination, 0, destination_row, source, 0, source_row, 1, rows, row_bytes)
#define match_transfer(token, link, destination, source, bytes) \
    match_transfer_planes(token, link, destination, 0, 0, source, 0, 0, 1, 1, bytes)

/* Waits for what the token was given to. */
void match_wait(int32_t token);

#ifdef MATCH_SIMULATOR

/* Memory of a network: an arena by the name of its memory level, or a constant. */
struct match_memory {
    const char *name;
    uint8_t *bytes;
    size_t size;
};

struct match_constant {
    const void *bytes;
    size_t size;
};

/* What the simulator is told of a network: for checks, messages and reports. */
struct match_network {
    const char *name;
    const char *const *layers;
    int32_t layer_count;
    const struct match_memory *arenas;
    int32_t arena_count;
    const struct match_constant *constants;
    int32_t constant_count;
};

/* These three come before match_begin: the network, bytes of its arenas that hold inputs, and the caller's memory. */
void match_note_network(const struct match_network *network);
void match_note_filled(const void *pointer, int32_t bytes);
void match_note_caller(const void *pointer, int32_t bytes, int32_t writable);

/* The layer that the next transfers belong to. */
void match_note_layer(int32_t layer);

/* The next job or call: its layer, its cycles on the engine, and those of the controller to hand it over. */
void match_note_job(int32_t layer, double cycles, double dispatch_cycles);

/* What the next job or call reads and writes; scratch holds nothing before and after. */
void match_note_read_box(const void *pointer, int32_t planes, int32_t plane_stride, int32_t rows,
                         int32_t row_stride, int32_t row_bytes);
void match_note_write_box(void *pointer, int32_t planes, int32_t plane_stride, int32_t rows, int32_t row_stride,
                          int32_t row_bytes);
void match_note_scratch(void *pointer, int32_t bytes);
#define match_note_read(pointer, bytes) match_note_read_box(pointer, 1, 0, 1, 0, bytes)
#define match_note_write(pointer, bytes) match_note_write_box(pointer, 1, 0, 1, 0, bytes)

/* Around a call of a plain C function, which the controller waits for. */
void match_note_call_begin(int32_t engine);
void match_note_call_end(void);

/* Said by a running kernel: the job takes so many cycles on its engine, whatever was noted. */
void match_note_spent(double cycles);

#else

#define match_note_network(network) ((void)0)
#define match_note_filled(pointer, bytes) ((void)0)
#define match_note_caller(pointer, bytes, writable) ((void)0)
#define match_note_layer(layer) ((void)0)
#define match_note_job(layer, cycles, dispatch_cycles) ((void)0)
#define match_note_read_box(pointer, planes, plane_stride, rows, row_stride, row_bytes) ((void)0)
#define match_note_write_box(pointer, planes, plane_stride, rows, row_stride, row_bytes) ((void)0)
#define match_note_scratch(pointer, bytes) ((void)0)
#define match_note_read(pointer, bytes) ((void)0)
#define match_note_write(pointer, bytes) ((void)0)
#define match_note_call_begin(engine) ((void)0)
#define match_note_call_end() ((void)0)
#define match_note_spent(cycles) ((void)0)

#endif

/* The name that kernels know. */
#define match_spent(cycles) match_note_spent(cycles)

#endif /* MATCH_RUNTIME_H */
