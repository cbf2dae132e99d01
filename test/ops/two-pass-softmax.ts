import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphEditor, ops, type DataType, type Graph, type Tensor } from 'match-compiler';
import { compileC, compileGraph, fileText, runProgram, withBundle } from '../emit/run-network.ts';

/** The float32 softmax in emitted C beside the three-pass one, which takes the largest element out first. */

const lengths = [1, 2, 3, 5, 10, 17, 64, 100];

export interface SoftmaxAgreement {
  readonly vectors: number;
  readonly elements: number;
  /** Largest distance between the two, in units in the last place. */
  readonly worst: number;
  /** The vector with it. */
  readonly worstVector: readonly number[];
  /** Results that are NaN on one side alone. */
  readonly strays: number;
}

/** Runs at least `count` random vectors of several lengths through the emitted kernel. */
export async function compareSoftmax(count: number, seed: number): Promise<SoftmaxAgreement> {
  const random = generator(seed);
  let [vectors, elements, worst, strays] = [0, 0, 0, 0];
  let worstVector: readonly number[] = [];
  for (const length of lengths) {
    const rows = Math.ceil(count / lengths.length);
    const data = new Float32Array(rows * length);
    for (let row = 0; row < rows; row++)
      fillVector(data.subarray(row * length, (row + 1) * length), row, random);
    const actual = await emittedSoftmax({ type: { dtype: 'float32', shape: [rows, length] }, data });
    for (let row = 0; row < rows; row++) {
      const [start, end] = [row * length, (row + 1) * length];
      const x = data.subarray(start, end);
      threePass(x).forEach((wanted, i) => {
        const got = Number(actual.data[start + i]);
        if (Number.isNaN(got) || Number.isNaN(wanted)) {
          if (Number.isNaN(got) !== Number.isNaN(wanted)) strays++;
          return;
        }
        const distance = ulps(got, wanted);
        if (distance > worst) [worst, worstVector] = [distance, [...x]];
      });
    }
    vectors += rows;
    elements += data.length;
  }
  return { vectors, elements, worst, worstVector, strays };
}

/** In float64, rounded at the end: what three passes give without their own rounding errors. */
export function threePass(x: Float32Array): Float32Array {
  let largest = -Infinity;
  for (const value of x) if (value > largest || Number.isNaN(value)) largest = value;
  const powers = Float64Array.from(x, (value) => Math.exp(value - largest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return Float32Array.from(powers, (value) => value / sum);
}

/** Vectors of many kinds: small, wide, far from 0, with infinities, subnormal numbers and arbitrary bits. */
function fillVector(vector: Float32Array, kind: number, random: () => number): void {
  const bits = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  const scale = [1, 10, 100, 1e4, 1e6, 1e9][Math.floor(random() * 6)] ?? 1;
  const offset = (random() - 0.5) * 2 * scale;
  for (let i = 0; i < vector.length; i++) {
    const even = random() * 2 - 1;
    if (kind % 8 === 0) bits[i] = Math.floor(random() * 2 ** 32);
    else if (kind % 8 === 1) bits[i] = Math.floor(random() * 2 ** 23) + (random() < 0.5 ? 2 ** 31 : 0);
    else if (kind % 8 === 2) vector[i] = random() < 0.3 ? -Infinity : even * 20;
    else if (kind % 8 === 3) vector[i] = random() < 0.02 ? Infinity : even * 90;
    else if (kind % 8 === 4) vector[i] = offset + even * 10;
    else if (kind % 8 === 5) vector[i] = even * scale;
    else vector[i] = even * 104;
  }
}

async function emittedSoftmax(x: Tensor): Promise<Tensor> {
  const graph = softmaxGraph('float32', x.type.shape);
  const { bundle } = await compileGraph(graph);
  const [result] = withBundle(bundle, (folder) =>
    runProgram(folder, compileC(folder, 'gcc', ['-O2']), graph, [x]),
  );
  if (!result) throw new Error('the program gave no output');
  return result;
}

function softmaxGraph(dtype: DataType, shape: readonly number[]): Graph {
  const editor = new GraphEditor({
    name: 'rows',
    info: { file: '', format: 'test', dialect: 'float', recognised: [] },
  });
  const x = editor.input('x', { dtype, shape });
  const y = editor.add1(ops.softmax, [x], { axis: 1 }, { name: 'y' });
  editor.setOutputs([y]);
  return editor.finish();
}

/** Elements that a kernel reads and writes in rows of `length` elements, counted by the kernel itself. */
export async function rowTraffic(
  dtype: 'float32' | 'float64',
  length: number,
): Promise<{ readonly reads: number; readonly writes: number }> {
  const { bundle } = await compileGraph(softmaxGraph(dtype, [1, length]));
  const counted = fileText(bundle, 'net.c').replace(
    /\b(?:row|result)\[([^\]]+)\]( \/?= )?/g,
    (access, index: string, assigns = '') => {
      const name = access.startsWith('row') ? 'row' : 'result';
      const counts = assigns === '' ? 'reads++' : assigns === ' = ' ? 'writes++' : 'reads++, writes++';
      return `${name}[(${counts}, ${index})]${assigns}`;
    },
  );
  const program = `#include <stdio.h>\nstatic unsigned long reads, writes;\n${counted}
int main(void) { net_run(); printf("%lu %lu", reads, writes); return 0; }\n`;
  return withBundle(bundle, (folder) => {
    writeFileSync(join(folder, 'counted.c'), program);
    execFileSync('gcc', ['-std=c99', '-O1', 'counted.c', '-o', 'counted', '-lm'], { cwd: folder });
    const [reads = 0, writes = 0] = execFileSync(join(folder, 'counted'), { encoding: 'utf8' })
      .split(' ')
      .map(Number);
    return { reads, writes };
  });
}

/** Distance on the line of all floats, on which neighbours are 1 apart. */
export function ulps(a: number, b: number): number {
  const place = (value: number): number => {
    const [bits = 0] = new Int32Array(Float32Array.of(value).buffer);
    return bits < 0 ? -(bits & 0x7fff_ffff) : bits;
  };
  return Math.abs(place(a) - place(b));
}

/** Mulberry32: uniform in [0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
