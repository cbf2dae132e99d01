import { elementBytes, type Bundle, type DataType } from 'match-compiler';
import type { Job } from './faulty-program.ts';

/** What stands between an emitted network and the simulator, and what it calls things. */
export interface Shim {
  readonly text: string;
  /** `kernel field` → position in the shim's table. */
  readonly fieldIndex: ReadonlyMap<string, number>;
  /** Constants of the network, in the order of the shim's table. */
  readonly symbols: readonly { readonly name: string; readonly bytes: number }[];
}

/**
 * C that includes the emitted network and changes what the environment names, in every run of the network: a field
 * of the arguments of one job as it is handed over, or a constant before the start.
 */
export function shimSource(bundle: Bundle, jobs: readonly Job[]): Shim {
  const header = String(bundle.files.get('network_weights.h')?.content ?? '');
  const symbols = [...header.matchAll(/^extern const (\w+) (\w+)\[(\d+)\];$/gm)].map(
    ([, type = '', name = '', count = '']) => ({ name, bytes: Number(count) * bytesOfType(type) }),
  );
  const fieldIndex = new Map<string, number>();
  const rows: string[] = [];
  for (const { kernel, fields } of jobs) {
    for (const name of fields.keys()) {
      const key = `${kernel} ${name}`;
      if (fieldIndex.has(key)) continue;
      fieldIndex.set(key, rows.length);
      const member = `((struct ${kernel}_arguments *)0)->${name}`;
      rows.push(`{ ${kernel}, offsetof(struct ${kernel}_arguments, ${name}), sizeof ${member} },`);
    }
  }
  const text = template
    .replace('/* constants */', symbols.map(({ name }) => `{ ${name}, sizeof ${name} },`).join('\n    '))
    .replace('/* fields */', rows.join('\n    '));
  return { text, fieldIndex, symbols };
}

function bytesOfType(type: string): number {
  const named: Readonly<Record<string, DataType>> = { float: 'float32', double: 'float64' };
  return elementBytes(named[type] ?? (type.replace(/_t$/, '') as DataType));
}

const template = `#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "match_runtime.h"

static void shim_launch(int32_t token, int32_t engine, match_kernel *kernel, const void *arguments, size_t bytes);
static void shim_call(int32_t engine, match_kernel *kernel, const void *arguments, size_t bytes);

#define match_launch shim_launch
#define match_call shim_call
#include "network.c"
#undef match_launch
#undef match_call

static const struct { const void *bytes; size_t size; } constants[] = {
    /* constants */
};

static const struct { match_kernel *kernel; size_t offset; size_t size; } fields[] = {
    /* fields */
};

static long faulty_job = -1;
static long jobs_per_run = 1;
static long faulty_field;
static long difference;
static long jobs;

static void complain(const char *text)
{
    fprintf(stderr, "match shim: %s\\n", text);
    _exit(3);
}

/* The arguments as they are, or a copy of them with the fault in it. */
static const void *given(match_kernel *kernel, const void *arguments, size_t bytes)
{
    static uint64_t copy[128];
    uint8_t *field = (uint8_t *)copy + fields[faulty_field].offset;
    if (jobs++ % jobs_per_run != faulty_job) {
        return arguments;
    }
    if (fields[faulty_field].kernel != kernel || bytes > sizeof copy) {
        complain("the job is another one");
    }
    memcpy(copy, arguments, bytes);
    if (fields[faulty_field].size == 4) {
        int32_t value;
        memcpy(&value, field, sizeof value);
        value = (int32_t)(value + difference);
        memcpy(field, &value, sizeof value);
    } else {
        int64_t value;
        memcpy(&value, field, sizeof value);
        value += difference;
        memcpy(field, &value, sizeof value);
    }
    return copy;
}

static void shim_launch(int32_t token, int32_t engine, match_kernel *kernel, const void *arguments, size_t bytes)
{
    match_launch(token, engine, kernel, given(kernel, arguments, bytes), bytes);
}

static void shim_call(int32_t engine, match_kernel *kernel, const void *arguments, size_t bytes)
{
    match_call(engine, kernel, given(kernel, arguments, bytes), bytes);
}

static void say_jobs(void)
{
    printf("jobs %ld\\n", jobs);
}

static void dump(const char *path)
{
    FILE *file = fopen(path, "wb");
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; ++i) {
        if (file == NULL || fwrite(constants[i].bytes, 1, constants[i].size, file) != constants[i].size) {
            complain("the constants cannot be written");
        }
    }
    fclose(file);
    atexit(say_jobs);
}

/* Constants are read-only: what is written to has to be made writable first. */
static void change_constant(size_t index, const char *path)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t begin = (uintptr_t)constants[index].bytes / page * page;
    const uintptr_t end = (uintptr_t)constants[index].bytes + constants[index].size;
    FILE *file = fopen(path, "rb");
    if (file == NULL || mprotect((void *)begin, end - begin, PROT_READ | PROT_WRITE) != 0
        || fread((void *)(uintptr_t)constants[index].bytes, 1, constants[index].size, file) != constants[index].size) {
        complain("the constant cannot be changed");
    }
    fclose(file);
}

__attribute__((constructor)) static void prepare(void)
{
    const char *const constant = getenv("MATCH_FAULT_CONSTANT");
    const char *const job = getenv("MATCH_FAULT_JOB");
    if (getenv("MATCH_FAULT_DUMP") != NULL) {
        dump(getenv("MATCH_FAULT_DUMP"));
    }
    if (constant != NULL) {
        change_constant(strtoul(constant, NULL, 10), getenv("MATCH_FAULT_BYTES"));
    }
    if (job != NULL) {
        faulty_job = strtol(job, NULL, 10);
        jobs_per_run = strtol(getenv("MATCH_FAULT_JOBS"), NULL, 10);
        faulty_field = strtol(getenv("MATCH_FAULT_FIELD"), NULL, 10);
        difference = strtol(getenv("MATCH_FAULT_BY"), NULL, 10);
    }
}
`;
