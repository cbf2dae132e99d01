/*
 * The simulator's view of memory: which bytes hold something, who uses which, and shadows of what is under way.
 */
#include <stdlib.h>
#include <string.h>

#include "match_sim.h"

struct arena {
    const char *name;
    uint8_t *bytes;
    size_t size;
    /* Per byte: something was written to it in this run. */
    uint8_t *written;
    /* The content while a kernel runs that must not see it. */
    uint8_t *hidden;
    /* What the running kernel may see: what it reads, poison elsewhere. */
    uint8_t *view;
};

/* Inputs and outputs of the caller. */
struct caller_memory {
    const uint8_t *bytes;
    size_t size;
    int32_t writable;
};

#define MOST_CALLER_MEMORY 256

static const struct match_network *network_of;
static struct arena *arenas;
static int32_t arena_count;
static struct caller_memory caller_memory[MOST_CALLER_MEMORY];
static int32_t caller_count;
static uint8_t poison;

static void release_arenas(void)
{
    for (int32_t i = 0; i < arena_count; ++i) {
        free(arenas[i].written);
        free(arenas[i].hidden);
        free(arenas[i].view);
    }
    free(arenas);
    arenas = NULL;
    arena_count = 0;
}

void sim_memory_network(const struct match_network *network, uint8_t poison_value)
{
    poison = poison_value;
    caller_count = 0;
    if (network_of != network) {
        release_arenas();
        network_of = network;
        arenas = sim_allocate((size_t)network->arena_count, sizeof *arenas);
        arena_count = network->arena_count;
        for (int32_t i = 0; i < arena_count; ++i) {
            const struct match_memory *given = &network->arenas[i];
            arenas[i].name = given->name;
            arenas[i].bytes = given->bytes;
            arenas[i].size = given->size;
            arenas[i].written = sim_allocate(given->size, 1);
            arenas[i].hidden = sim_allocate(given->size, 1);
            arenas[i].view = sim_allocate(given->size, 1);
        }
    }
    for (int32_t i = 0; i < arena_count; ++i) {
        memset(arenas[i].written, 0, arenas[i].size);
    }
}

void sim_memory_begin(void)
{
    for (int32_t i = 0; i < arena_count; ++i) {
        for (size_t byte = 0; byte < arenas[i].size; ++byte) {
            if (!arenas[i].written[byte]) {
                arenas[i].bytes[byte] = poison;
            }
        }
    }
}

/* -1: in no arena. */
int32_t sim_arena_of(const uint8_t *pointer)
{
    const uintptr_t address = (uintptr_t)pointer;
    for (int32_t i = 0; i < arena_count; ++i) {
        const uintptr_t start = (uintptr_t)arenas[i].bytes;
        if (address >= start && address < start + arenas[i].size) {
            return i;
        }
    }
    return -1;
}

const char *sim_arena_name(int32_t arena)
{
    return arena < 0 ? "" : arenas[arena].name;
}

static size_t offset_in(int32_t arena, const uint8_t *pointer)
{
    return (size_t)(pointer - arenas[arena].bytes);
}

static uint8_t *row_of(const struct sim_box *box, int32_t plane, int32_t row)
{
    return box->bytes + (ptrdiff_t)plane * box->plane_stride + (ptrdiff_t)row * box->row_stride;
}

/* Bytes from the first to the last of a box, gaps included. */
static size_t span_of(const struct sim_box *box)
{
    return (size_t)(row_of(box, box->planes - 1, box->rows - 1) - box->bytes) + (size_t)box->row_bytes;
}

void sim_memory_filled(const void *pointer, int32_t bytes)
{
    const uint8_t *start = pointer;
    const int32_t arena = sim_arena_of(start);
    if (arena >= 0) {
        memset(arenas[arena].written + offset_in(arena, start), 1, (size_t)bytes);
    }
}

void sim_memory_caller(const void *pointer, int32_t bytes, int32_t writable)
{
    if (caller_count == MOST_CALLER_MEMORY) {
        sim_trap("bounds", NULL, "the caller's memory is in more than %d pieces", MOST_CALLER_MEMORY);
    }
    caller_memory[caller_count].bytes = pointer;
    caller_memory[caller_count].size = (size_t)bytes;
    caller_memory[caller_count].writable = writable;
    ++caller_count;
}

static int is_within(const uint8_t *bytes, size_t size, const void *memory, size_t memory_size)
{
    const uintptr_t start = (uintptr_t)bytes;
    const uintptr_t base = (uintptr_t)memory;
    return start >= base && start + size <= base + memory_size;
}

static int writes(const struct sim_box *box)
{
    return box->use != SIM_READ;
}

static int is_known_memory(const struct sim_box *box)
{
    const size_t size = span_of(box);
    for (int32_t i = 0; i < arena_count; ++i) {
        if (is_within(box->bytes, size, arenas[i].bytes, arenas[i].size)) {
            return 1;
        }
    }
    for (int32_t i = 0; i < caller_count; ++i) {
        const struct caller_memory *memory = &caller_memory[i];
        if (is_within(box->bytes, size, memory->bytes, memory->size)) {
            return memory->writable || !writes(box);
        }
    }
    for (int32_t i = 0; i < network_of->constant_count && !writes(box); ++i) {
        if (is_within(box->bytes, size, network_of->constants[i].bytes, network_of->constants[i].size)) {
            return 1;
        }
    }
    return 0;
}

void sim_check_bounds(const struct sim_job *job)
{
    for (int32_t i = 0; i < job->box_count; ++i) {
        const struct sim_box *box = &job->boxes[i];
        if (is_known_memory(box)) {
            continue;
        }
        const int32_t arena = sim_arena_of(box->bytes);
        if (arena < 0) {
            sim_trap("bounds", job, "it %s %lu bytes that are no memory of the network",
                     writes(box) ? "writes" : "reads", (unsigned long)span_of(box));
        } else {
            const size_t offset = offset_in(arena, box->bytes);
            sim_trap("bounds", job, "it uses bytes %lu to %lu of %s, which has %lu", (unsigned long)offset,
                     (unsigned long)(offset + span_of(box)), arenas[arena].name, (unsigned long)arenas[arena].size);
        }
    }
}

/* The first byte of a box that a run of bytes shares with it; NULL when there is none. */
static const uint8_t *meeting_byte(const uint8_t *run, int32_t run_bytes, const struct sim_box *box)
{
    const intptr_t from = (intptr_t)run;
    const intptr_t to = from + run_bytes;
    for (int32_t plane = 0; plane < box->planes; ++plane) {
        const intptr_t first = (intptr_t)row_of(box, plane, 0);
        int32_t row = 0;
        /* The first row that ends behind the beginning of the run. */
        if (box->rows > 1 && first + box->row_bytes <= from) {
            row = (int32_t)((from - first - box->row_bytes) / box->row_stride) + 1;
        }
        if (row >= box->rows) {
            continue;
        }
        const intptr_t start = first + (intptr_t)row * box->row_stride;
        if (start < to && from < start + box->row_bytes) {
            return start > from ? row_of(box, plane, row) : run;
        }
    }
    return NULL;
}

static const uint8_t *boxes_meet(const struct sim_box *a, const struct sim_box *b)
{
    const uintptr_t a_start = (uintptr_t)a->bytes;
    const uintptr_t b_start = (uintptr_t)b->bytes;
    if (a_start >= b_start + span_of(b) || b_start >= a_start + span_of(a)) {
        return NULL;
    }
    for (int32_t plane = 0; plane < a->planes; ++plane) {
        for (int32_t row = 0; row < a->rows; ++row) {
            const uint8_t *byte = meeting_byte(row_of(a, plane, row), a->row_bytes, b);
            if (byte != NULL) {
                return byte;
            }
        }
    }
    return NULL;
}

/* A byte that one of the two writes and the other one uses; NULL when there is none. */
static const uint8_t *conflict(const struct sim_job *job, const struct sim_job *other, int *job_writes,
                               int *other_writes)
{
    for (int32_t i = 0; i < job->box_count; ++i) {
        for (int32_t k = 0; k < other->box_count; ++k) {
            *job_writes = writes(&job->boxes[i]);
            *other_writes = writes(&other->boxes[k]);
            if (!*job_writes && !*other_writes) {
                continue;
            }
            const uint8_t *byte = boxes_meet(&job->boxes[i], &other->boxes[k]);
            if (byte != NULL) {
                return byte;
            }
        }
    }
    return NULL;
}

int sim_jobs_meet(const struct sim_job *job, const struct sim_job *other)
{
    int job_writes = 0;
    int other_writes = 0;
    return conflict(job, other, &job_writes, &other_writes) != NULL;
}

void sim_check_race(const struct sim_job *job, const struct sim_job *other)
{
    int job_writes = 0;
    int other_writes = 0;
    const uint8_t *byte = conflict(job, other, &job_writes, &other_writes);
    if (byte != NULL) {
        const int32_t arena = sim_arena_of(byte);
        sim_trap("race", job, "it %s byte %lu of %s, which %s of layer %s on %s %s; nothing waited for that",
                 job_writes ? "writes" : "reads", (unsigned long)(arena < 0 ? 0 : offset_in(arena, byte)),
                 arena < 0 ? "memory of the caller" : arenas[arena].name,
                 other->kind == SIM_TRANSFER ? "a transfer" : "a job", sim_layer_name(other->layer),
                 sim_engines[other->engine].name, other_writes ? "writes" : "reads");
    }
}

static void check_written(const struct sim_job *job)
{
    for (int32_t i = 0; i < job->box_count; ++i) {
        const struct sim_box *box = &job->boxes[i];
        const int32_t arena = sim_arena_of(box->bytes);
        if (box->use != SIM_READ || arena < 0) {
            continue;
        }
        for (int32_t plane = 0; plane < box->planes; ++plane) {
            for (int32_t row = 0; row < box->rows; ++row) {
                const size_t offset = offset_in(arena, row_of(box, plane, row));
                const uint8_t *gap = memchr(arenas[arena].written + offset, 0, (size_t)box->row_bytes);
                if (gap != NULL) {
                    sim_trap("unwritten", job, "it reads byte %lu of %s, which nothing has written",
                             (unsigned long)(gap - arenas[arena].written), arenas[arena].name);
                }
            }
        }
    }
}

static void mark(const struct sim_box *box, uint8_t written)
{
    const int32_t arena = sim_arena_of(box->bytes);
    if (arena < 0) {
        return;
    }
    for (int32_t plane = 0; plane < box->planes; ++plane) {
        for (int32_t row = 0; row < box->rows; ++row) {
            memset(arenas[arena].written + offset_in(arena, row_of(box, plane, row)), written, (size_t)box->row_bytes);
        }
    }
}

static uint64_t hash_bytes(uint64_t hash, const uint8_t *bytes, size_t size)
{
    const uint64_t prime = UINT64_C(1099511628211);
    while (size >= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        hash = (hash ^ word) * prime;
        hash ^= hash >> 29;
        bytes += 8;
        size -= 8;
    }
    for (; size > 0; --size) {
        hash = (hash ^ *bytes++) * prime;
    }
    return hash;
}

/* Of what is read and not written, which has to stay as it is until the job is done. */
static uint64_t hash_reads(const struct sim_job *job)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (int32_t i = 0; i < job->box_count; ++i) {
        const struct sim_box *box = &job->boxes[i];
        int own = box->use != SIM_READ;
        for (int32_t k = 0; k < job->box_count && !own; ++k) {
            own = writes(&job->boxes[k]) && boxes_meet(box, &job->boxes[k]) != NULL;
        }
        for (int32_t plane = 0; plane < box->planes && !own; ++plane) {
            for (int32_t row = 0; row < box->rows; ++row) {
                hash = hash_bytes(hash, row_of(box, plane, row), (size_t)box->row_bytes);
            }
        }
    }
    return hash;
}

/* Copies a box of an arena between two images of that arena. */
static void copy_box(const struct sim_box *box, int32_t arena, uint8_t *to, const uint8_t *from)
{
    for (int32_t plane = 0; plane < box->planes; ++plane) {
        for (int32_t row = 0; row < box->rows; ++row) {
            const size_t offset = offset_in(arena, row_of(box, plane, row));
            memcpy(to + offset, from + offset, (size_t)box->row_bytes);
        }
    }
}

static void poison_box(const struct sim_box *box)
{
    for (int32_t plane = 0; plane < box->planes; ++plane) {
        for (int32_t row = 0; row < box->rows; ++row) {
            memset(row_of(box, plane, row), poison, (size_t)box->row_bytes);
        }
    }
}

void sim_isolate(struct sim_job *job)
{
    check_written(job);
    job->read_hash = hash_reads(job);
    for (int32_t i = 0; i < arena_count; ++i) {
        const struct arena *arena = &arenas[i];
        memcpy(arena->hidden, arena->bytes, arena->size);
        memset(arena->view, poison, arena->size);
        for (int32_t k = 0; k < job->box_count; ++k) {
            if (job->boxes[k].use == SIM_READ && sim_arena_of(job->boxes[k].bytes) == i) {
                copy_box(&job->boxes[k], i, arena->view, arena->hidden);
            }
        }
        memcpy(arena->bytes, arena->view, arena->size);
    }
}

/* Whatever the kernel wrote and did not say. */
static void check_stray_writes(const struct sim_job *job, int32_t index)
{
    const struct arena *arena = &arenas[index];
    for (int32_t k = 0; k < job->box_count; ++k) {
        if (writes(&job->boxes[k]) && sim_arena_of(job->boxes[k].bytes) == index) {
            copy_box(&job->boxes[k], index, arena->bytes, arena->view);
        }
    }
    if (memcmp(arena->bytes, arena->view, arena->size) == 0) {
        return;
    }
    size_t byte = 0;
    while (arena->bytes[byte] == arena->view[byte]) {
        ++byte;
    }
    sim_trap("stray", job, "it writes byte %lu of %s, which is none of its outputs", (unsigned long)byte,
             arena->name);
}

/* Bytes of the shadow that the outputs of a job need. */
static size_t shadow_bytes(const struct sim_job *job)
{
    size_t bytes = 0;
    for (int32_t i = 0; i < job->box_count; ++i) {
        const struct sim_box *box = &job->boxes[i];
        if (box->use == SIM_WRITE) {
            bytes += (size_t)box->planes * (size_t)box->rows * (size_t)box->row_bytes;
        }
    }
    return bytes;
}

static uint8_t *copy_out(const struct sim_box *box, uint8_t *to)
{
    for (int32_t plane = 0; plane < box->planes; ++plane) {
        for (int32_t row = 0; row < box->rows; ++row) {
            memcpy(to, row_of(box, plane, row), (size_t)box->row_bytes);
            to += box->row_bytes;
        }
    }
    return to;
}

static void poison_outputs(const struct sim_job *job)
{
    for (int32_t i = 0; i < job->box_count; ++i) {
        if (writes(&job->boxes[i])) {
            poison_box(&job->boxes[i]);
            mark(&job->boxes[i], 0);
        }
    }
}

void sim_take_outputs(struct sim_job *job)
{
    job->shadow = sim_allocate(shadow_bytes(job), 1);
    uint8_t *to = job->shadow;
    for (int32_t i = 0; i < job->box_count; ++i) {
        if (job->boxes[i].use == SIM_WRITE) {
            to = copy_out(&job->boxes[i], to);
        }
    }
    for (int32_t i = 0; i < arena_count; ++i) {
        check_stray_writes(job, i);
        memcpy(arenas[i].bytes, arenas[i].hidden, arenas[i].size);
    }
    poison_outputs(job);
}

/* The first box of a transfer is its source, the second its destination. */
void sim_take_copy(struct sim_job *job)
{
    check_written(job);
    job->read_hash = hash_reads(job);
    job->shadow = sim_allocate(shadow_bytes(job), 1);
    copy_out(&job->boxes[0], job->shadow);
    poison_outputs(job);
}

void sim_commit(struct sim_job *job)
{
    if (job->read_hash != hash_reads(job)) {
        sim_trap("lock", job, "what it reads was written to while it was under way");
    }
    const uint8_t *from = job->shadow;
    for (int32_t i = 0; i < job->box_count; ++i) {
        const struct sim_box *box = &job->boxes[i];
        if (box->use != SIM_WRITE) {
            continue;
        }
        for (int32_t plane = 0; plane < box->planes; ++plane) {
            for (int32_t row = 0; row < box->rows; ++row) {
                memcpy(row_of(box, plane, row), from, (size_t)box->row_bytes);
                from += box->row_bytes;
            }
        }
        mark(box, 1);
    }
    free(job->shadow);
    job->shadow = NULL;
    job->committed = 1;
}
