import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { simulatorReportBroken } from './diagnostics.ts';
import { runNetwork } from './program.ts';
import type { Toolchain } from './toolchain.ts';

/** One of the ways in which a simulator may do what the hardware leaves open. */
export interface SimulatorMode {
  /** Results appear as early as the clock says, or not before the wait for them. */
  readonly completion: 'eager' | 'lazy';
  /** Order in which the workers of a team run. */
  readonly workers: 'forward' | 'backward';
}

/** Two modes that meet each alternative once. */
export const simulatorModes: readonly [SimulatorMode, ...SimulatorMode[]] = [
  { completion: 'eager', workers: 'forward' },
  { completion: 'lazy', workers: 'backward' },
];

export const everySimulatorMode: readonly [SimulatorMode, ...SimulatorMode[]] = [
  ...simulatorModes,
  { completion: 'eager', workers: 'backward' },
  { completion: 'lazy', workers: 'forward' },
];

/** What a simulator counts for one layer, in cycles. */
export interface SimulatedFigures {
  /** When the controller first dealt with the layer, −1 for never, and when it was done with it. */
  readonly first: number;
  readonly end: number;
  /** The controller, handing over jobs and transfers. */
  readonly overhead: number;
  /** The controller, waiting for them. */
  readonly waiting: number;
  /** The controller, in calls that it waits for. */
  readonly calls: number;
  /** Per engine that works for the layer. */
  readonly busy: Readonly<Record<string, number>>;
}

/** One run of a program in the simulator. */
export interface SimulatorRun {
  readonly mode: SimulatorMode;
  /** Of each sample. */
  readonly outputs: readonly (readonly Tensor[])[];
  /** Of each sample, from call to return. */
  readonly cycles: readonly number[];
  /** In the order of the mapping; of the last sample. */
  readonly layers: readonly SimulatedFigures[];
  /** What belongs to no layer. */
  readonly other: SimulatedFigures;
  /** Chrome trace of the last sample, as JSON. */
  readonly trace?: string;
}

/**
 * Runs a built network on a platform that simulates its target.
 * @throws {MatchError} SIMULATOR_TRAPPED, PROGRAM_FAILED, SIMULATOR_REPORT_BROKEN
 */
export async function runSimulated(
  program: string,
  graph: Graph,
  samples: readonly (readonly Tensor[])[],
  toolchain: Toolchain,
  folder: string,
  mode: SimulatorMode,
  trace = false,
): Promise<SimulatorRun> {
  const reportFile = join(folder, 'simulator-report.json');
  const traceFile = join(folder, 'simulator-trace.json');
  const outputs = await runNetwork(program, graph, samples, toolchain, folder, {
    MATCH_SIM: mode.completion,
    MATCH_SIM_WORKERS: mode.workers,
    MATCH_SIM_REPORT: reportFile,
    ...(trace && { MATCH_SIM_TRACE: traceFile }),
  });
  return {
    mode,
    outputs,
    ...parseReport(readFileSync(reportFile, 'utf8')),
    ...(trace && { trace: readFileSync(traceFile, 'utf8') }),
  };
}

interface RawFigures extends Omit<SimulatedFigures, 'busy'> {
  readonly busy: readonly number[];
}

interface RawReport {
  readonly runs: readonly number[];
  readonly engines: readonly string[];
  readonly layers: readonly RawFigures[];
  readonly other: RawFigures;
}

function parseReport(text: string): Pick<SimulatorRun, 'cycles' | 'layers' | 'other'> {
  let raw: RawReport;
  try {
    raw = JSON.parse(text) as RawReport;
  } catch (error) {
    throw simulatorReportBroken(error);
  }
  const figures = ({ first, end, overhead, waiting, calls, busy }: RawFigures): SimulatedFigures => ({
    first,
    end,
    overhead,
    waiting,
    calls,
    busy: Object.fromEntries(
      raw.engines.flatMap((name, i) => ((busy[i] ?? 0) > 0 ? [[name, busy[i] ?? 0]] : [])),
    ),
  });
  return { cycles: raw.runs, layers: raw.layers.map(figures), other: figures(raw.other) };
}
