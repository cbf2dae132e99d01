/*
 * What a simulated run leaves behind: messages, the trace and the figures.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match_sim.h"

const struct sim_engine_info sim_engines[MATCH_ENGINE_COUNT] = MATCH_ENGINE_TABLE;

/* Tracks of the trace: the controller, then the engines. */
enum { CONTROLLER_TRACK, FIRST_ENGINE_TRACK };

struct event {
    int32_t track;
    int32_t layer;
    const char *what;
    double start;
    double end;
};

struct layer_figures {
    double first;
    double end;
    double waiting;
    double overhead;
    double calls;
    double busy[MATCH_ENGINE_COUNT];
};

static const struct match_network *network;
static struct event *events;
static size_t event_count;
static size_t event_room;
/* One per layer, and one for what belongs to none. */
static struct layer_figures *figures;
static double *runs;
static size_t run_count;

void *sim_allocate(size_t count, size_t size)
{
    void *memory = calloc(count == 0 ? 1 : count, size);
    if (memory == NULL) {
        fputs("match simulator: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

static void *grown(void *memory, size_t count, size_t size)
{
    void *larger = realloc(memory, count * size);
    if (larger == NULL) {
        fputs("match simulator: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return larger;
}

static void bad_setting(const char *name, const char *value, const char *known)
{
    fprintf(stderr, "match simulator: %s cannot be '%s'; it is %s\n", name, value, known);
    exit(EXIT_FAILURE);
}

void sim_read_settings(struct sim_settings *settings)
{
    const char *mode = getenv("MATCH_SIM");
    const char *workers = getenv("MATCH_SIM_WORKERS");
    settings->mode = mode != NULL && strcmp(mode, "lazy") == 0 ? SIM_LAZY : SIM_EAGER;
    if (mode != NULL && settings->mode == SIM_EAGER && strcmp(mode, "eager") != 0) {
        bad_setting("MATCH_SIM", mode, "eager or lazy");
    }
    settings->backward = workers != NULL && strcmp(workers, "backward") == 0;
    if (workers != NULL && !settings->backward && strcmp(workers, "forward") != 0) {
        bad_setting("MATCH_SIM_WORKERS", workers, "forward or backward");
    }
    /* What must not be read differs between the modes, so that outputs that depend on it differ as well. */
    settings->poison = settings->mode == SIM_EAGER ? 0xa5 : 0x5a;
    settings->trace_file = getenv("MATCH_SIM_TRACE");
    settings->report_file = getenv("MATCH_SIM_REPORT");
}

const char *sim_layer_name(int32_t layer)
{
    return network != NULL && layer >= 0 && layer < network->layer_count ? network->layers[layer] : "(no layer)";
}

void sim_trap(const char *rule, const struct sim_job *job, const char *format, ...)
{
    fprintf(stderr, "match simulator: trap: %s: ", rule);
    if (job != NULL) {
        fprintf(stderr, "%s of layer %d, %s, on %s: ", job->kind == SIM_TRANSFER ? "transfer" : "job", (int)job->layer,
                sim_layer_name(job->layer), sim_engines[job->engine].name);
    }
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(SIM_TRAP_EXIT);
}

void sim_record_begin(const struct match_network *of)
{
    if (network != of) {
        free(figures);
        figures = sim_allocate((size_t)of->layer_count + 1, sizeof *figures);
        network = of;
        run_count = 0;
    }
    event_count = 0;
    memset(figures, 0, ((size_t)of->layer_count + 1) * sizeof *figures);
    for (int32_t i = 0; i <= of->layer_count; ++i) {
        figures[i].first = -1.0;
    }
}

static struct layer_figures *figures_of(int32_t layer)
{
    return &figures[layer >= 0 && layer < network->layer_count ? layer : network->layer_count];
}

static void add_event(int32_t track, int32_t layer, const char *what, double start, double end)
{
    if (event_count == event_room) {
        event_room = event_room == 0 ? 1024 : event_room * 2;
        events = grown(events, event_room, sizeof *events);
    }
    events[event_count].track = track;
    events[event_count].layer = layer;
    events[event_count].what = what;
    events[event_count].start = start;
    events[event_count].end = end;
    ++event_count;
}

void sim_record_work(const struct sim_job *job, double end)
{
    static const char *const names[] = {"job", "call", "transfer"};
    figures_of(job->layer)->busy[job->engine] += end - job->start;
    add_event(FIRST_ENGINE_TRACK + job->engine, job->layer, names[job->kind], job->start, end);
}

/* Notes when the controller dealt with a layer first and last. */
static struct layer_figures *touched(int32_t layer, double start, double end)
{
    struct layer_figures *own = figures_of(layer);
    if (own->first < 0.0) {
        own->first = start;
    }
    own->end = end;
    return own;
}

void sim_record_overhead(int32_t layer, double start, double end)
{
    touched(layer, start, end)->overhead += end - start;
    if (end > start) {
        add_event(CONTROLLER_TRACK, layer, "dispatch", start, end);
    }
}

void sim_record_waiting(int32_t layer, double start, double end)
{
    touched(layer, start, end)->waiting += end - start;
    if (end > start) {
        add_event(CONTROLLER_TRACK, layer, "wait", start, end);
    }
}

void sim_record_call(int32_t layer, double start, double end)
{
    touched(layer, start, end)->calls += end - start;
    if (end > start) {
        add_event(CONTROLLER_TRACK, layer, "call", start, end);
    }
}

static FILE *opened(const char *name)
{
    FILE *file = fopen(name, "w");
    if (file == NULL) {
        fprintf(stderr, "match simulator: %s cannot be written\n", name);
        exit(EXIT_FAILURE);
    }
    return file;
}

static void closed(FILE *file, const char *name)
{
    if (fclose(file) != 0) {
        fprintf(stderr, "match simulator: %s cannot be written\n", name);
        exit(EXIT_FAILURE);
    }
}

static void print_text(FILE *file, const char *text)
{
    fputc('"', file);
    for (; *text != '\0'; ++text) {
        const unsigned char character = (unsigned char)*text;
        if (character == '"' || character == '\\') {
            fprintf(file, "\\%c", character);
        } else if (character < 0x20) {
            fprintf(file, "\\u%04x", character);
        } else {
            fputc(character, file);
        }
    }
    fputc('"', file);
}

static void print_track(FILE *file, int32_t track, const char *name)
{
    fprintf(file, "{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"args\":{\"name\":", (int)track);
    print_text(file, name);
    fprintf(file, "}},\n{\"name\":\"thread_sort_index\",\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"args\":{\"sort_index\":%d}}",
            (int)track, (int)track);
}

/* Chrome trace events; one microsecond stands for one cycle. */
static void write_trace(const char *name)
{
    FILE *file = opened(name);
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", file);
    fputs("{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":{\"name\":", file);
    print_text(file, network->name);
    fputs("}},\n", file);
    print_track(file, CONTROLLER_TRACK, "controller");
    for (int32_t i = 0; i < MATCH_ENGINE_COUNT; ++i) {
        fputs(",\n", file);
        print_track(file, FIRST_ENGINE_TRACK + i, sim_engines[i].name);
    }
    for (size_t i = 0; i < event_count; ++i) {
        const struct event *event = &events[i];
        fputs(",\n{\"name\":", file);
        print_text(file, sim_layer_name(event->layer));
        fprintf(file, ",\"cat\":\"%s\",\"ph\":\"X\",\"ts\":%.17g,\"dur\":%.17g,\"pid\":1,\"tid\":%d", event->what,
                event->start, event->end - event->start, (int)event->track);
        fprintf(file, ",\"args\":{\"layer\":%d,\"what\":\"%s\"}}", (int)event->layer, event->what);
    }
    fputs("\n]}\n", file);
    closed(file, name);
}

static void print_figures(FILE *file, int32_t layer)
{
    const struct layer_figures *own = figures_of(layer);
    fprintf(file, "{\"layer\":%d,\"name\":", (int)layer);
    print_text(file, sim_layer_name(layer));
    fprintf(file, ",\"first\":%.17g,\"end\":%.17g,\"waiting\":%.17g,\"overhead\":%.17g,\"calls\":%.17g,\"busy\":[",
            own->first, own->end, own->waiting, own->overhead, own->calls);
    for (int32_t engine = 0; engine < MATCH_ENGINE_COUNT; ++engine) {
        fprintf(file, "%s%.17g", engine > 0 ? "," : "", own->busy[engine]);
    }
    fputs("]}", file);
}

/* Figures of the last run, and the cycles of all. */
static void write_report(const char *name, const struct sim_settings *settings)
{
    FILE *file = opened(name);
    fputs("{\"network\":", file);
    print_text(file, network->name);
    fprintf(file, ",\"mode\":\"%s\",\"workers\":\"%s\",\"runs\":[", settings->mode == SIM_LAZY ? "lazy" : "eager",
            settings->backward ? "backward" : "forward");
    for (size_t i = 0; i < run_count; ++i) {
        fprintf(file, "%s%.17g", i > 0 ? "," : "", runs[i]);
    }
    fputs("],\n\"engines\":[", file);
    for (int32_t engine = 0; engine < MATCH_ENGINE_COUNT; ++engine) {
        fputs(engine > 0 ? "," : "", file);
        print_text(file, sim_engines[engine].name);
    }
    fputs("],\n\"layers\":[", file);
    for (int32_t layer = 0; layer < network->layer_count; ++layer) {
        fputs(layer > 0 ? ",\n" : "\n", file);
        print_figures(file, layer);
    }
    fputs("],\n\"other\":", file);
    print_figures(file, -1);
    fputs("}\n", file);
    closed(file, name);
}

void sim_record_end(double cycles, const struct sim_settings *settings)
{
    runs = grown(runs, run_count + 1, sizeof *runs);
    runs[run_count++] = cycles;
    if (settings->trace_file != NULL) {
        write_trace(settings->trace_file);
    }
    if (settings->report_file != NULL) {
        write_report(settings->report_file, settings);
    }
}
