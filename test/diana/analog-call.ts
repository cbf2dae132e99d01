import {
  bytesOf,
  operandBox,
  tensor,
  type ExecutionModule,
  type Graph,
  type JobKernel,
  type KernelCall,
  type ModulePattern,
  type OperandBox,
  type Region,
  type Tensor,
} from 'match-compiler';
import { offerAt } from 'match-compiler/plugins/partition';
import { analogPatterns, swizzle, unswizzle } from 'match-compiler/plugins/diana';
import type { EngineProgram } from '../gap9/ne16/engine-program.ts';

export const [pattern] = analogPatterns() as readonly [ModulePattern];

const module: ExecutionModule = {
  name: 'analog',
  description: 'the array under test',
  operands: { activations: 'l1', constants: 'analog_weights' },
  queueDepth: 1,
  dispatchCycles: 50,
  patterns: [pattern],
};

/** The region at the graph's last node, or why the array does not take it. */
export function analogRegion(graph: Graph): Region | string {
  const root = graph.nodes.at(-1);
  if (!root) throw new TypeError('an empty graph');
  const result = offerAt(root, graph, module, pattern);
  if ('offer' in result) return result.offer.region;
  return result.refusal?.reason ?? 'has another operator';
}

export function jobKernel(): JobKernel {
  if (pattern.kernel.kind !== 'job') throw new TypeError('no job');
  return pattern.kernel;
}

/** Names of the struct's numbers. */
export function fieldNames(call: KernelCall): readonly string[] {
  return jobKernel()
    .fields(call)
    .flatMap((field) => ('value' in field ? [field.name] : []));
}

export function callOf(region: Region, ranges: KernelCall['tile']['ranges'] = {}): KernelCall {
  const [layouts] = pattern.layouts(region);
  if (!layouts) throw new TypeError('no layouts');
  return { region, layouts, tile: { ranges } };
}

/**
 * Runs a layer in calls of so many rows, operands in buffers of their own where it is cut, and puts the results together.
 * What the array gives is in row-major order again.
 */
export function runLayer(
  program: EngineProgram,
  region: Region,
  image: Tensor,
  rowsPerCall: number | undefined,
): Tensor {
  const out = region.outputs[0]?.type;
  const whole = callOf(region);
  const tiling = pattern.tiling?.(region, whole.layouts);
  const [input, output] = [tiling?.inputs[0], tiling?.outputs[0]];
  if (!out || !input || !output || !pattern.pack) throw new TypeError('an operand is missing');
  const packed = pattern.pack(whole);
  const activations = swizzle(bytesOf(image.data));
  const rows = out.shape[2] ?? 1;
  const size = rowsPerCall ?? rows;
  const result = new Uint8Array(output.bytes);
  for (let start = 0; start < rows; start += size) {
    const ranges = rowsPerCall === undefined ? {} : { oy: { start, extent: Math.min(size, rows - start) } };
    const [from, to] = [operandBox(input, { ranges }), operandBox(output, { ranges })];
    const call: KernelCall = {
      ...callOf(region, ranges),
      strides: { inputs: [from.denseStrides], constants: [[]], outputs: [to.denseStrides] },
    };
    const values = jobKernel()
      .fields(call)
      .flatMap((field) => ('value' in field ? [Number(field.value)] : []));
    const [answer] = program.run([
      {
        values,
        input: boxBytes(activations, from),
        inputOffset: 0,
        constants: packed,
        output: new Uint8Array(to.bytes).fill(0xa5),
        outputOffset: 0,
      },
    ]);
    forEachByte(to, (at, dense) => (result[at] = answer?.output[dense] ?? 0));
  }
  const bytes = unswizzle(result);
  return tensor(out.dtype, out.shape, out.dtype === 'int8' ? new Int8Array(bytes.buffer) : bytes);
}

function boxBytes(whole: Uint8Array, box: OperandBox): Uint8Array {
  const dense = new Uint8Array(box.bytes);
  forEachByte(box, (from, to) => (dense[to] = whole[from] ?? 0));
  return dense;
}

/** Planes, rows and bytes of a box, where each lies in the whole and in a dense copy. */
function forEachByte(box: OperandBox, use: (whole: number, dense: number) => void): void {
  const [planes, rows, bytes] = box.ranges.map(({ extent }) => extent);
  for (let c = 0; c < (planes ?? 1); c++) {
    for (let y = 0; y < (rows ?? 1); y++) {
      for (let x = 0; x < (bytes ?? 1); x++) {
        const at = (strides: readonly number[]): number => c * (strides[0] ?? 0) + y * (strides[1] ?? 0) + x;
        use(box.offset + at(box.strides), at(box.denseStrides));
      }
    }
  }
}
