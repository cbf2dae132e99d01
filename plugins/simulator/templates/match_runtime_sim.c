/*
 * The runtime as a simulator: it does what a network asks for, keeps a virtual clock, and ends the program with a
 * message as soon as the network relies on something that the hardware does not promise.
 *
 * A job or copy takes its inputs when it starts by the clock and gives its outputs when it is done; in between
 * their place holds poison. A kernel sees what was noted for it, and poison elsewhere. Environment variables:
 *
 *   MATCH_SIM=eager|lazy                  outputs appear as early as the clock says, or not before the wait
 *   MATCH_SIM_WORKERS=forward|backward    order of the workers of a team
 *   MATCH_SIM_TRACE=FILE                  Chrome trace of the last run; one microsecond stands for one cycle
 *   MATCH_SIM_REPORT=FILE                 cycles of all runs, and figures by layer and engine of the last
 */
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match_sim.h"

static const struct sim_link_info links[MATCH_LINK_COUNT + 1] = MATCH_LINK_TABLE;
/* contention[engine][other]: how much slower `engine` is while `other` is busy. */
static const double contention[MATCH_ENGINE_COUNT][MATCH_ENGINE_COUNT] = MATCH_CONTENTION_TABLE;

struct queue {
    struct sim_job *head;
    struct sim_job *tail;
    int32_t length;
};

/* What the network noted about the work that comes next. */
struct notes {
    int32_t layer;
    double cycles;
    double dispatch_cycles;
    struct sim_box *boxes;
    int32_t box_count;
    int32_t box_room;
};

static struct sim_settings settings;
static int running;
static double now;
static struct queue queues[MATCH_ENGINE_COUNT];
/* Work that was handed over and may still be waited for, or of which the controller knows not that it is done. */
static struct sim_job **open_jobs;
static size_t open_count;
static size_t open_room;
static struct notes notes;
/* The job whose kernel is running. */
static struct sim_job *executing;
static double spent;

/* The clock: the same arithmetic in the same order as the one that the compiler predicts with. */

static double rate_of(int32_t engine)
{
    double slowest = 1.0;
    for (int32_t other = 0; other < MATCH_ENGINE_COUNT; ++other) {
        if (other != engine && queues[other].length > 0 && contention[engine][other] > slowest) {
            slowest = contention[engine][other];
        }
    }
    return 1.0 / slowest;
}

static void execute(struct sim_job *job)
{
    const int32_t workers = sim_engines[job->engine].workers;
    executing = job;
    spent = -1.0;
    for (int32_t i = 0; i < workers; ++i) {
        job->kernel(job->arguments, settings.backward ? workers - 1 - i : i, workers);
    }
    executing = NULL;
    if (spent >= 0.0) {
        job->left = spent;
    }
}

/* Earlier work of the same engine is done; where its outputs are still held back, they are due now. */
static void commit_earlier(const struct sim_job *job)
{
    for (size_t i = 0; i < open_count; ++i) {
        struct sim_job *other = open_jobs[i];
        if (other != job && other->engine == job->engine && other->finished && !other->committed
            && sim_jobs_meet(job, other)) {
            sim_commit(other);
        }
    }
}

static void start(struct sim_job *job)
{
    job->start = now;
    job->started = 1;
    commit_earlier(job);
    if (job->kind == SIM_TRANSFER) {
        sim_take_copy(job);
    } else if (job->kernel != NULL) {
        sim_isolate(job);
        execute(job);
        sim_take_outputs(job);
    }
}

static void finish(struct sim_job *job)
{
    struct queue *queue = &queues[job->engine];
    queue->head = job->next;
    if (queue->head == NULL) {
        queue->tail = NULL;
    }
    --queue->length;
    job->finished = 1;
    sim_record_work(job, now);
    if (settings.mode == SIM_EAGER || job->known) {
        sim_commit(job);
    }
    if (queue->head != NULL) {
        start(queue->head);
    }
}

/* To the next completion, or to `limit` when that is earlier. */
static void advance(double limit)
{
    struct sim_job *heads[MATCH_ENGINE_COUNT];
    double rates[MATCH_ENGINE_COUNT];
    double ends[MATCH_ENGINE_COUNT];
    int32_t count = 0;
    double next = limit;
    for (int32_t engine = 0; engine < MATCH_ENGINE_COUNT; ++engine) {
        if (queues[engine].length > 0) {
            heads[count] = queues[engine].head;
            rates[count] = rate_of(engine);
            ends[count] = now + heads[count]->left / rates[count];
            if (ends[count] < next) {
                next = ends[count];
            }
            ++count;
        }
    }
    const double elapsed = next - now;
    now = next;
    for (int32_t i = 0; i < count; ++i) {
        heads[i]->left -= elapsed * rates[i];
        if (ends[i] <= next || heads[i]->left <= 1e-9) {
            finish(heads[i]);
        }
    }
}

static void advance_to(double time)
{
    while (now < time) {
        advance(time);
    }
}

static void advance_until_finished(const struct sim_job *job)
{
    while (!job->finished) {
        advance(DBL_MAX);
    }
}

/* Jobs. */

static void release(size_t index)
{
    struct sim_job *job = open_jobs[index];
    free(job->boxes);
    free(job->arguments);
    free(job->shadow);
    free(job);
    --open_count;
    for (size_t i = index; i < open_count; ++i) {
        open_jobs[i] = open_jobs[i + 1];
    }
}

/* The controller knows that this job is done, and with it whatever was handed to the engine before. */
static void know(const struct sim_job *job)
{
    int before = 1;
    for (size_t i = 0; i < open_count && before; ++i) {
        struct sim_job *other = open_jobs[i];
        before = other != job;
        if (other->engine != job->engine) {
            continue;
        }
        other->known = 1;
        if (!other->committed) {
            sim_commit(other);
        }
    }
    for (size_t i = open_count; i > 0; --i) {
        if (open_jobs[i - 1]->known && open_jobs[i - 1]->token < 0) {
            release(i - 1);
        }
    }
}

static struct sim_job *with_token(int32_t token)
{
    for (size_t i = 0; i < open_count; ++i) {
        if (open_jobs[i]->token == token) {
            return open_jobs[i];
        }
    }
    return NULL;
}

static struct sim_job *create(enum sim_kind kind, int32_t engine, int32_t token)
{
    if (!running) {
        sim_trap("order", NULL, "work is handed over outside match_begin and match_end");
    }
    struct sim_job *job = sim_allocate(1, sizeof *job);
    job->kind = kind;
    job->engine = engine;
    job->layer = notes.layer;
    job->token = token;
    job->boxes = notes.boxes;
    job->box_count = notes.box_count;
    job->left = notes.cycles;
    notes.boxes = NULL;
    notes.box_count = 0;
    notes.box_room = 0;
    sim_check_bounds(job);
    for (size_t i = 0; i < open_count; ++i) {
        if (open_jobs[i]->engine != engine && !open_jobs[i]->known) {
            sim_check_race(job, open_jobs[i]);
        }
    }
    if (token >= 0 && with_token(token) != NULL) {
        sim_trap("token", job, "token %d was given before and not waited for", (int)token);
    }
    return job;
}

/* Waits for a place in the queue, spends the controller's own cycles, and hands the job over. */
static void hand_over(struct sim_job *job, double issue_cycles)
{
    struct queue *queue = &queues[job->engine];
    const int32_t depth = sim_engines[job->engine].queue_depth;
    const double asked = now;
    while (depth > 0 && queue->length >= depth) {
        advance_until_finished(queue->head);
    }
    const double free_at = now;
    sim_record_waiting(job->layer, asked, free_at);
    advance_to(now + issue_cycles);
    sim_record_overhead(job->layer, free_at, now);
    if (open_count == open_room) {
        open_room = open_room == 0 ? 64 : open_room * 2;
        struct sim_job **larger = sim_allocate(open_room, sizeof(struct sim_job *));
        if (open_count > 0) {
            memcpy(larger, open_jobs, open_count * sizeof(struct sim_job *));
        }
        free(open_jobs);
        open_jobs = larger;
    }
    open_jobs[open_count++] = job;
    if (queue->tail != NULL) {
        queue->tail->next = job;
    } else {
        queue->head = job;
    }
    queue->tail = job;
    if (++queue->length == 1) {
        start(job);
    }
}

static struct sim_job *create_job(enum sim_kind kind, int32_t token, int32_t engine, match_kernel *kernel,
                                  const void *arguments, size_t bytes)
{
    struct sim_job *job = create(kind, engine, token);
    job->kernel = kernel;
    job->arguments = sim_allocate(bytes, 1);
    if (bytes > 0) {
        memcpy(job->arguments, arguments, bytes);
    }
    return job;
}

/* The controller waits for its own call. */
static void end_call(struct sim_job *job, double from)
{
    const int32_t layer = job->layer;
    advance_until_finished(job);
    sim_record_call(layer, from, now);
    know(job);
}

/* What networks call. */

void match_note_network(const struct match_network *network)
{
    sim_read_settings(&settings);
    sim_memory_network(network, settings.poison);
    sim_record_begin(network);
}

void match_note_filled(const void *pointer, int32_t bytes)
{
    sim_memory_filled(pointer, bytes);
}

void match_note_caller(const void *pointer, int32_t bytes, int32_t writable)
{
    sim_memory_caller(pointer, bytes, writable);
}

void match_begin(void)
{
    running = 1;
    now = 0.0;
    notes.layer = -1;
    sim_memory_begin();
}

void match_end(void)
{
    for (size_t i = 0; i < open_count; ++i) {
        if (open_jobs[i]->token >= 0) {
            sim_trap("token", open_jobs[i], "nothing waits for it");
        }
    }
    running = 0;
    sim_record_end(now, &settings);
}

void match_note_layer(int32_t layer)
{
    notes.layer = layer;
}

void match_note_job(int32_t layer, double cycles, double dispatch_cycles)
{
    notes.layer = layer;
    notes.cycles = cycles;
    notes.dispatch_cycles = dispatch_cycles;
}

static void note_box(uint8_t *bytes, int32_t planes, int32_t plane_stride, int32_t rows, int32_t row_stride,
                     int32_t row_bytes, enum sim_use use)
{
    if (planes <= 0 || rows <= 0 || row_bytes <= 0) {
        return;
    }
    if (notes.box_count == notes.box_room) {
        notes.box_room = notes.box_room == 0 ? 8 : notes.box_room * 2;
        struct sim_box *larger = sim_allocate((size_t)notes.box_room, sizeof *larger);
        if (notes.box_count > 0) {
            memcpy(larger, notes.boxes, (size_t)notes.box_count * sizeof *larger);
        }
        free(notes.boxes);
        notes.boxes = larger;
    }
    struct sim_box *box = &notes.boxes[notes.box_count++];
    box->bytes = bytes;
    box->planes = planes;
    box->plane_stride = plane_stride;
    box->rows = rows;
    box->row_stride = row_stride;
    box->row_bytes = row_bytes;
    box->use = use;
}

/* Boxes that are only read are never written through the pointer that they keep. */
static uint8_t *without_const(const void *pointer)
{
    uint8_t *bytes;
    memcpy(&bytes, &pointer, sizeof bytes);
    return bytes;
}

void match_note_read_box(const void *pointer, int32_t planes, int32_t plane_stride, int32_t rows, int32_t row_stride,
                         int32_t row_bytes)
{
    note_box(without_const(pointer), planes, plane_stride, rows, row_stride, row_bytes, SIM_READ);
}

void match_note_write_box(void *pointer, int32_t planes, int32_t plane_stride, int32_t rows, int32_t row_stride,
                          int32_t row_bytes)
{
    note_box(pointer, planes, plane_stride, rows, row_stride, row_bytes, SIM_WRITE);
}

void match_note_scratch(void *pointer, int32_t bytes)
{
    note_box(pointer, 1, 0, 1, 0, bytes, SIM_SCRATCH);
}

void match_note_spent(double cycles)
{
    if (executing == NULL) {
        sim_trap("order", NULL, "cycles are reported outside a kernel");
    }
    spent = spent < 0.0 || cycles > spent ? cycles : spent;
}

void match_launch(int32_t token, int32_t engine, match_kernel *kernel, const void *arguments, size_t bytes)
{
    const double issue_cycles = notes.dispatch_cycles;
    hand_over(create_job(SIM_JOB, token, engine, kernel, arguments, bytes), issue_cycles);
}

void match_call(int32_t engine, match_kernel *kernel, const void *arguments, size_t bytes)
{
    const double issue_cycles = notes.dispatch_cycles;
    struct sim_job *job = create_job(SIM_CALL, -1, engine, kernel, arguments, bytes);
    hand_over(job, issue_cycles);
    end_call(job, now);
}

static struct sim_job *plain_call;
static double plain_call_from;

void match_note_call_begin(int32_t engine)
{
    plain_call = create(SIM_CALL, engine, -1);
    hand_over(plain_call, notes.dispatch_cycles);
    plain_call_from = now;
    while (!plain_call->started) {
        advance(DBL_MAX);
    }
    sim_isolate(plain_call);
    executing = plain_call;
    spent = -1.0;
}

void match_note_call_end(void)
{
    executing = NULL;
    if (spent >= 0.0) {
        plain_call->left = spent;
    }
    sim_take_outputs(plain_call);
    end_call(plain_call, plain_call_from);
}

void match_transfer_planes(int32_t token, int32_t link, void *destination, int32_t destination_plane,
                           int32_t destination_row, const void *source, int32_t source_plane, int32_t source_row,
                           int32_t planes, int32_t rows, int32_t row_bytes)
{
    const struct sim_link_info *path = &links[link];
    match_note_read_box(source, planes, source_plane, rows, source_row, row_bytes);
    match_note_write_box(destination, planes, destination_plane, rows, destination_row, row_bytes);
    struct sim_job *job = create(SIM_TRANSFER, path->channel, token);
    if (job->box_count != 2) {
        sim_trap("bounds", job, "it copies nothing");
    }
    const char *const from = sim_arena_name(sim_arena_of(job->boxes[0].bytes));
    const char *const to = sim_arena_name(sim_arena_of(job->boxes[1].bytes));
    if ((*from != '\0' && strcmp(from, path->from) != 0) || (*to != '\0' && strcmp(to, path->to) != 0)) {
        sim_trap("memory", job, "the link leads from %s to %s, the copy from %s to %s", path->from, path->to, from, to);
    }
    double row_cycles = row_bytes / path->bytes_per_cycle;
    if ((double)(int64_t)row_cycles < row_cycles) {
        row_cycles = (double)((int64_t)row_cycles + 1);
    }
    const int32_t bursts = path->burst_bytes == 0 ? 1 : (row_bytes + path->burst_bytes - 1) / path->burst_bytes;
    job->left = planes * (path->start_cycles + rows * (row_cycles + path->row_cycles * bursts));
    hand_over(job, planes * path->enqueue_cycles);
}

void match_wait(int32_t token)
{
    struct sim_job *job = with_token(token);
    if (job == NULL) {
        sim_trap("token", NULL, "a wait names token %d, which nothing was given", (int)token);
        return;
    }
    const int32_t layer = job->layer;
    const double from = now;
    advance_until_finished(job);
    sim_record_waiting(layer, from, now);
    job->token = -1;
    know(job);
}
