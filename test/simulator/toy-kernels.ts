import type { JobField, JobKernel, KernelCall, KernelParameter } from 'match-compiler';

/** Rows of bytes, combined two and two; workers take turns at the rows. */
const combineSource = `/* out = a (operation) b, byte by byte; operation: 0 xor, 1 and. */
struct toy_combine_arguments {
    const uint8_t *a;
    const uint8_t *b;
    uint8_t *out;
    int32_t rows;
    int32_t columns;
    int32_t a_stride;
    int32_t b_stride;
    int32_t out_stride;
    int32_t operation;
};

MATCH_KERNEL void toy_combine(const void *arguments, int32_t worker, int32_t workers)
{
    const struct toy_combine_arguments *job = arguments;
    for (int32_t row = worker; row < job->rows; row += workers) {
        const uint8_t *a = job->a + row * job->a_stride;
        const uint8_t *b = job->b + row * job->b_stride;
        uint8_t *out = job->out + row * job->out_stride;
        for (int32_t i = 0; i < job->columns; ++i) {
            out[i] = (uint8_t)(job->operation == 0 ? a[i] ^ b[i] : a[i] & b[i]);
        }
    }
}
`;

const invertSource = `/* out = ~a, byte by byte, by one worker. */
struct toy_invert_arguments {
    const uint8_t *a;
    uint8_t *out;
    uint8_t *scratch;
    int32_t rows;
    int32_t columns;
    int32_t a_stride;
    int32_t out_stride;
};

MATCH_KERNEL void toy_invert(const void *arguments, int32_t worker, int32_t workers)
{
    const struct toy_invert_arguments *job = arguments;
    (void)worker;
    (void)workers;
    for (int32_t row = 0; row < job->rows; ++row) {
        for (int32_t i = 0; i < job->columns; ++i) {
            job->scratch[i] = toy_inverted(job->a[row * job->a_stride + i]);
        }
        for (int32_t i = 0; i < job->columns; ++i) {
            job->out[row * job->out_stride + i] = job->scratch[i];
        }
    }
}
`;

const invertSupport = `static uint8_t toy_inverted(uint8_t byte)
{
    return (uint8_t)~byte;
}
`;

const operand = (name: string, role: KernelParameter['role'], index: number): JobField => ({
  name,
  role,
  index,
});

export const combineKernel: JobKernel = {
  kind: 'job',
  name: 'toy_combine',
  source: { path: 'test/simulator/toy_combine.c', text: combineSource },
  support: [],
  headers: [],
  fields: (call) => {
    const { rows, columns } = extentsOf(call);
    const packed = call.region.inputs.length === 1;
    return [
      operand('a', 'input', 0),
      packed ? operand('b', 'constant', 0) : operand('b', 'input', 1),
      operand('out', 'output', 0),
      { name: 'rows', value: rows },
      { name: 'columns', value: columns },
      { name: 'a_stride', value: strideOf(call, 'inputs', 0) },
      { name: 'b_stride', value: packed ? strideOf(call, 'constants', 0) : strideOf(call, 'inputs', 1) },
      { name: 'out_stride', value: strideOf(call, 'outputs', 0) },
      { name: 'operation', value: call.region.root.op.name === 'bitwise_xor' ? 0 : 1 },
    ];
  },
};

export const invertKernel: JobKernel = {
  kind: 'job',
  name: 'toy_invert',
  source: { path: 'test/simulator/toy_invert.c', text: invertSource },
  support: [{ path: 'test/simulator/toy_inverted.c', text: invertSupport }],
  headers: [],
  fields: (call) => {
    const { rows, columns } = extentsOf(call);
    return [
      operand('a', 'input', 0),
      operand('out', 'output', 0),
      operand('scratch', 'scratch', 0),
      { name: 'rows', value: rows },
      { name: 'columns', value: columns },
      { name: 'a_stride', value: strideOf(call, 'inputs', 0) },
      { name: 'out_stride', value: strideOf(call, 'outputs', 0) },
    ];
  },
};

/** The combining kernel with a piece of its text replaced. */
export function alteredCombine(from: string, to: string): JobKernel {
  if (!combineSource.includes(from)) throw new RangeError(`the kernel has no ${from}`);
  return { ...combineKernel, source: { ...combineKernel.source, text: combineSource.replace(from, to) } };
}

/** Rows and columns of a call's tile. */
export function extentsOf({ region, tile }: KernelCall): { readonly rows: number; readonly columns: number } {
  const [rows = 1, columns = 1] = region.outputs[0]?.type.shape ?? [];
  return { rows: tile.ranges['oy']?.extent ?? rows, columns: tile.ranges['ox']?.extent ?? columns };
}

function strideOf(call: KernelCall, role: 'inputs' | 'constants' | 'outputs', index: number): number {
  return call.strides?.[role][index]?.[0] ?? call.region.outputs[0]?.type.shape[1] ?? 0;
}
