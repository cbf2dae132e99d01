/*
 * The simulator's own declarations: nothing here is for networks or kernels.
 */
#ifndef MATCH_SIM_H
#define MATCH_SIM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "match_runtime.h"

/* Exit code of a run that broke a rule of the hardware. */
#define SIM_TRAP_EXIT 99

enum sim_mode { SIM_EAGER, SIM_LAZY };

enum sim_use { SIM_READ = 1, SIM_WRITE = 2, SIM_SCRATCH = 4 };

/* Bytes that a job or copy uses: planes of rows. */
struct sim_box {
    uint8_t *bytes;
    int32_t planes;
    int32_t plane_stride;
    int32_t rows;
    int32_t row_stride;
    int32_t row_bytes;
    enum sim_use use;
};

enum sim_kind { SIM_JOB, SIM_CALL, SIM_TRANSFER };

/* Work that was handed over. It takes its inputs when it starts and gives its outputs when it is done. */
struct sim_job {
    enum sim_kind kind;
    int32_t engine;
    int32_t layer;
    /* -1: nobody waits for it by token. */
    int32_t token;
    /* Cycles left on the engine at full speed. */
    double left;
    double start;
    int started;
    int finished;
    /* Its outputs are in memory. */
    int committed;
    /* The controller knows that it is done: it waited for it, or for a later one on the same engine. */
    int known;
    match_kernel *kernel;
    void *arguments;
    struct sim_box *boxes;
    int32_t box_count;
    /* Outputs until they are committed, box after box, row after row. */
    uint8_t *shadow;
    /* Of everything that it reads and does not write. */
    uint64_t read_hash;
    /* Next on the same engine. */
    struct sim_job *next;
};

struct sim_engine_info {
    const char *name;
    /* 0: any number. */
    int32_t queue_depth;
    int32_t workers;
};

struct sim_link_info {
    const char *name;
    const char *from;
    const char *to;
    int32_t channel;
    double bytes_per_cycle;
    double start_cycles;
    double row_cycles;
    double enqueue_cycles;
    /* 0: a row is one burst. */
    int32_t burst_bytes;
};

extern const struct sim_engine_info sim_engines[MATCH_ENGINE_COUNT];

/* match_sim_report.c */

struct sim_settings {
    enum sim_mode mode;
    int backward;
    uint8_t poison;
    const char *trace_file;
    const char *report_file;
};

void sim_read_settings(struct sim_settings *settings);
const char *sim_layer_name(int32_t layer);
void sim_record_begin(const struct match_network *network);
/* Work of an engine, from `start` to `end`. */
void sim_record_work(const struct sim_job *job, double end);
/* Time of the controller: handing over, waiting, or in a call. */
void sim_record_overhead(int32_t layer, double start, double end);
void sim_record_waiting(int32_t layer, double start, double end);
void sim_record_call(int32_t layer, double start, double end);
void sim_record_end(double cycles, const struct sim_settings *settings);

/* Ends the program with a message: `rule` in one word, the layer it happened in, and what happened. */
void sim_trap(const char *rule, const struct sim_job *job, const char *format, ...);

void *sim_allocate(size_t count, size_t size);

/* match_sim_memory.c */

/* Forgets what the arenas hold. */
void sim_memory_network(const struct match_network *network, uint8_t poison);
void sim_memory_filled(const void *pointer, int32_t bytes);
void sim_memory_caller(const void *pointer, int32_t bytes, int32_t writable);
/* Poisons all that nobody filled. */
void sim_memory_begin(void);
int32_t sim_arena_of(const uint8_t *pointer);
const char *sim_arena_name(int32_t arena);
/* Every box must lie within one arena, constant or piece of the caller's memory. */
void sim_check_bounds(const struct sim_job *job);
/* Traps when a job uses what another one, which may be under way, writes, or the other way round. */
void sim_check_race(const struct sim_job *job, const struct sim_job *other);
int sim_jobs_meet(const struct sim_job *job, const struct sim_job *other);
/* Inputs must have been written. Hides everything that the job did not say it uses. */
void sim_isolate(struct sim_job *job);
/* Takes the outputs aside and poisons their place. */
void sim_take_outputs(struct sim_job *job);
void sim_take_copy(struct sim_job *job);
/* Puts the outputs into their place. */
void sim_commit(struct sim_job *job);

#endif /* MATCH_SIM_H */
