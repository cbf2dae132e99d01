import { join } from 'node:path';
import { findToolchain, formatTable, grouped } from 'match-compiler/build';
import { codeBytes } from './code-size.ts';
import { againstInterpreter } from './exactness.ts';
import { kilo } from './figures.ts';
import { inParallel } from './in-parallel.ts';
import type { Lab } from './lab.ts';
import { corpusFolder, mlperfTinyNets, type BenchNet } from './nets.ts';
import type { PartResult, Progress } from './part.ts';
import { writePlot } from './plot.ts';
import { streamedNet } from './streaming.ts';

/** Sizes of L1 in kB of 1024 bytes. */
export const sizes = [16, 24, 32, 48, 64, 96, 120] as const;

/** Code of any size of L1 against that of the largest. */
const largestCode = 1.5;

export const plotFile = join('bench', 'results', 'gap9-l1.svg');

interface Point {
  readonly kB: number;
  readonly cycles: number;
  readonly exactCycles: number;
  readonly code: number;
  readonly mismatches: number;
}

/**
 * B6: every network at every size of L1, and weights that no L2 holds.
 * @param plot file of the plot; without one none is drawn
 */
export async function memorySweep(lab: Lab, progress: Progress, plot?: string): Promise<PartResult> {
  const failures: string[] = [];
  const nets = mlperfTinyNets(corpusFolder());
  const lines: { readonly net: BenchNet; readonly points: readonly Point[] }[] = [];
  for (const net of nets) {
    const points = await inParallel(sizes, async (kB): Promise<Point | string> => {
      progress(`${net.net} with ${kB} kB of L1`);
      try {
        return await pointOf(lab, net, kB);
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    });
    const good = points.flatMap((point, i) => {
      if (typeof point !== 'string') return point;
      failures.push(`B6 ${net.net} with ${sizes[i]} kB: ${point}`);
      return [];
    });
    failures.push(...faultsOf(net, good));
    lines.push({ net, points: good });
  }
  const plots = lines.filter(({ points }) => points.length > 1);
  const drawn = plot !== undefined && plots.length > 0;
  if (drawn) {
    writePlot(
      plot,
      plots.map(({ net, points }) => ({
        name: net.net,
        points: points.map(({ kB, cycles }) => ({ x: kB, y: cycles / 1000 })),
      })),
      { title: 'GAP9, simulated, hardware numerics', x: 'L1 for buffers, kB', y: 'kilocycles' },
    );
  }
  progress('weights beyond L2');
  const streamed = await streamedNet();
  return {
    text: [
      'B6 simulated kilocycles by L1 for buffers (kB of 1024 bytes), `hardware` numerics; outputs equal to the interpreter at each, with `exact` numerics as well',
      table(lines, ({ cycles }) => kilo(cycles)),
      'with `exact` numerics',
      table(lines, ({ exactCycles }) => kilo(exactCycles)),
      `bytes of code, hardware numerics: text of network.o, gcc -Os on this machine, without weights and simulator; at most ${largestCode} of that with 120 kB`,
      table(lines, ({ code }) => grouped(code)),
      ...(drawn ? [`plot in ${plot}`] : []),
      ...streamed.text,
    ],
    records: streamed.records,
    failures: [...failures, ...streamed.failures],
  };
}

async function pointOf(lab: Lab, net: BenchNet, kB: number): Promise<Point> {
  const options = { l1: 1024 * kB };
  const whole = kB === 120;
  const way = whole ? 'hardware' : `hardware, ${kB} kB`;
  const hardware = await lab.trial(net, way, { numerics: 'hardware', ...(!whole && { options }) });
  const exactWay = whole ? 'exact' : `exact, ${kB} kB`;
  const exact = await lab.trial(net, exactWay, { numerics: 'exact', ...(!whole && { options }) });
  let mismatches = 0;
  for (const { build, samples, simulation } of [hardware, exact]) {
    mismatches += againstInterpreter(build.compilation.graph, samples, simulation.outputs)[1];
    if (!simulation.agrees) throw new Error('the modes disagree');
  }
  const { bundle, mapping } = hardware.build.compilation;
  return {
    kB,
    cycles: hardware.simulation.cycles,
    exactCycles: exact.simulation.cycles,
    code: await codeBytes(bundle, findToolchain(mapping.target)),
    mismatches,
  };
}

function faultsOf({ net }: BenchNet, points: readonly Point[]): string[] {
  const faults: string[] = [];
  const last = points.at(-1);
  points.forEach((point, i) => {
    const { kB, cycles, exactCycles, code, mismatches } = point;
    if (mismatches > 0) faults.push(`B6 ${net} with ${kB} kB: ${mismatches} elements differ`);
    const before = points[i - 1];
    if (before && cycles > before.cycles + 0.5)
      faults.push(
        `B6 ${net}: ${kilo(cycles)} kilocycles with ${kB} kB, ${kilo(before.cycles)} with ${before.kB}`,
      );
    if (before && exactCycles > before.exactCycles + 0.5)
      faults.push(
        `B6 ${net}, exact: ${kilo(exactCycles)} kilocycles with ${kB} kB, ${kilo(before.exactCycles)} with ${before.kB}`,
      );
    if (last && code > largestCode * last.code)
      faults.push(`B6 ${net} with ${kB} kB: ${code} bytes of code, ${last.code} with ${last.kB} kB`);
  });
  return faults;
}

function table(
  lines: readonly { readonly net: BenchNet; readonly points: readonly Point[] }[],
  show: (point: Point) => string,
): string {
  return formatTable(
    [{ title: 'network' }, ...sizes.map((kB) => ({ title: `${kB} kB`, right: true }))],
    lines.map(({ net, points }) => [
      net.net,
      ...sizes.map((kB) => {
        const point = points.find((each) => each.kB === kB);
        return point ? show(point) : 'failed';
      }),
    ]),
  );
}
