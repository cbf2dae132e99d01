import type { Compilation } from '../compiler/compiler.ts';
import { bytesOf } from '../ir/data-type.ts';
import type { Tensor } from '../ir/tensor.ts';
import { compileBundle } from '../run/program.ts';
import {
  runSimulated,
  simulatorModes,
  type SimulatedFigures,
  type SimulatorMode,
  type SimulatorRun,
} from '../run/simulator.ts';
import { withTemporaryFolder } from '../run/temporary-folder.ts';
import { findToolchain, type Toolchain } from '../run/toolchain.ts';
import { platformCannotSimulate } from './diagnostics.ts';
import { layerRows, type LayerRow } from './layer-table.ts';

export interface SimulateOptions {
  /** Default: the compiler of the target's simulator. */
  readonly toolchain?: Toolchain;
  /** Default: two modes that meet every alternative once. */
  readonly modes?: readonly [SimulatorMode, ...SimulatorMode[]];
  /** Compile with address and undefined-behaviour sanitizers. */
  readonly sanitize?: boolean;
  /** Keep the Chrome trace of the first mode's last sample. */
  readonly trace?: boolean;
  /** Told what is being done. */
  readonly stage?: (text: string) => void;
}

/** A layer with what was predicted for it (`cycles`) and what the simulator counted. */
export interface SimulatedLayer extends LayerRow, SimulatedFigures {}

/** Layers that run side by side. */
export interface SimulatedStage {
  /** Positions in `layers`. */
  readonly layers: readonly number[];
  /** What the search minimised, before there was any program. */
  readonly predicted: number;
  /** From the end of the stage before to the end of this one. */
  readonly cycles: number;
}

/** One mode against the first one. */
export interface SimulatedMode extends SimulatorMode {
  readonly cycles: number;
  /** Outputs of all samples, bit for bit, and cycles are those of the first mode. */
  readonly agrees: boolean;
}

export interface Simulation {
  /** Of each sample, in the first mode. */
  readonly outputs: readonly (readonly Tensor[])[];
  /** From call to return: simulated, never measured. */
  readonly cycles: number;
  /** The sum of what was predicted for the stages. */
  readonly predicted: number;
  readonly layers: readonly SimulatedLayer[];
  readonly stages: readonly SimulatedStage[];
  readonly modes: readonly SimulatedMode[];
  /** Every mode agrees, and every sample takes the same cycles. */
  readonly agrees: boolean;
  /** Chrome trace as JSON. */
  readonly trace?: string;
}

/** Can this machine simulate the target of a compilation? */
export function isSimulated({ platform }: Toolchain): boolean {
  return platform.simulator === true;
}

/**
 * Compiles the emitted C for the target's simulator and runs it on samples, in every mode asked for.
 * @param samples at least one, each with the inputs in the order of the graph
 * @throws {MatchError} PLATFORM_NOT_SIMULATED, C_COMPILE_FAILED, SIMULATOR_TRAPPED, PROGRAM_FAILED
 */
export async function simulate(
  compilation: Compilation,
  samples: readonly (readonly Tensor[])[],
  options: SimulateOptions = {},
): Promise<Simulation> {
  const { mapping, graph, bundle } = compilation;
  const toolchain = options.toolchain ?? findToolchain(mapping.target);
  if (!isSimulated(toolchain)) throw platformCannotSimulate(mapping.target.name);
  const runs = await withTemporaryFolder(async (folder) => {
    options.stage?.('compiling the C');
    const program = await compileBundle(bundle, toolchain, folder, options.sanitize ?? false);
    const done: SimulatorRun[] = [];
    for (const mode of options.modes ?? simulatorModes) {
      options.stage?.(`simulating, ${mode.completion}, workers ${mode.workers}`);
      const trace = options.trace === true && done.length === 0;
      done.push(await runSimulated(program, graph, samples, toolchain, folder, mode, trace));
    }
    return done;
  });
  const [first] = runs;
  if (!first) throw new RangeError('there is no mode to simulate in');
  const cycles = first.cycles.at(-1) ?? 0;
  const modes = runs.map((run): SimulatedMode => ({
    ...run.mode,
    cycles: run.cycles.at(-1) ?? 0,
    agrees: sameOutputs(run.outputs, first.outputs) && run.cycles.every((own) => own === cycles),
  }));
  const stages = stagesOf(compilation, first);
  return {
    outputs: first.outputs,
    cycles,
    predicted: stages.reduce((sum, { predicted }) => sum + predicted, 0),
    layers: layerRows(compilation).flatMap((row, i) => {
      const figures = first.layers[i];
      return figures ? [{ ...row, ...figures }] : [];
    }),
    stages,
    modes,
    agrees: modes.every(({ agrees }) => agrees),
    ...(first.trace !== undefined && { trace: first.trace }),
  };
}

function stagesOf({ mapping }: Compilation, { layers }: SimulatorRun): SimulatedStage[] {
  let before = 0;
  return mapping.stages.map((stage) => {
    const own = stage.regions.map((region) => mapping.regions.indexOf(region));
    const end = Math.max(before, ...own.map((i) => layers[i]?.end ?? 0));
    const cycles = end - before;
    before = end;
    return { layers: own, predicted: stage.cycles, cycles };
  });
}

function sameOutputs(a: SimulatorRun['outputs'], b: SimulatorRun['outputs']): boolean {
  return a.every((tensors, sample) =>
    tensors.every(({ data }, i) => {
      const other = b[sample]?.[i];
      return other !== undefined && Buffer.compare(bytesOf(data), bytesOf(other.data)) === 0;
    }),
  );
}
