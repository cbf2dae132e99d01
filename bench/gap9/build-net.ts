import type { Numerics, Plugin, Tensor } from 'match-compiler';
import {
  build,
  findToolchain,
  simulate,
  simulatorModes,
  type BuildResult,
  type Simulation,
  type SimulatorMode,
} from 'match-compiler/build';
import gap9, { type Gap9Options } from 'match-compiler/plugins/gap9';
import type { BenchNet } from './nets.ts';

/** How one network is built. */
export interface BuildSettings {
  readonly numerics: Numerics;
  /** Default: GAP9 as its bundle describes it. */
  readonly options?: Gap9Options;
  /** Another target bundle than GAP9's. */
  readonly target?: Plugin;
  readonly plugins?: readonly Plugin[];
  /** Tensors to show instead of the model's own outputs. */
  readonly outputs?: readonly string[];
}

/** Builds a network in memory; nothing is written. */
export async function buildNet(net: BenchNet, settings: BuildSettings): Promise<BuildResult> {
  const { numerics, options = {}, target = gap9(options), plugins = [], outputs } = settings;
  const [result] = await build({
    config: {
      models: [
        {
          file: net.file,
          name: 'network',
          ...(net.rounding && { rounding: net.rounding }),
          ...(outputs && { outputs }),
        },
      ],
      targets: [target],
      plugins: [...plugins],
      numerics,
      // The bench runs samples of its own.
      selfCheck: false,
    },
    write: false,
  });
  if (!result) throw new Error(`${net.file} gave no build`);
  return result;
}

/** Runs a build on the simulator; one mode is enough where only cycles are asked for. */
export function runNet(
  { compilation }: BuildResult,
  samples: readonly (readonly Tensor[])[],
  options: {
    readonly modes?: readonly [SimulatorMode, ...SimulatorMode[]];
    readonly sanitize?: boolean;
  } = {},
): Promise<Simulation> {
  const { modes = simulatorModes, sanitize = false } = options;
  const toolchain = findToolchain(compilation.mapping.target);
  return simulate(compilation, samples, { toolchain, modes, sanitize });
}

/** Eager, workers forward: for figures that do not depend on the mode. */
export const oneMode: readonly [SimulatorMode] = [simulatorModes[0]];
