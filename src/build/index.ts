/**
 * The programmatic interface: what the command line does, as functions.
 */
export { build, type BuildOptions, type BuildResult } from './build.ts';
export {
  deviation,
  measureDeviation,
  type Deviation,
  type DeviationOptions,
  type DeviationResult,
  type DeviationRow,
} from './deviation.ts';
export {
  explain,
  type ExplainedCandidate,
  type ExplainedRefusal,
  type Explanation,
  type ExplainOptions,
} from './explain.ts';
export { builtinPlugins, builtinTargets } from './builtin-plugins.ts';
export type { LayerRow, MemoryRow } from './layer-table.ts';
export type { Manifest, ManifestFile } from './manifest.ts';
export { readModel } from './model-source.ts';
export { compilePair, createPipeline, importPair, type CompiledPair, type Pipeline } from './pipeline.ts';
export { run, type OutputResult, type RunOptions, type RunResult } from './run.ts';
export { loadConfig, resolveConfig, type Project, type ProjectOptions } from './settings.ts';
export {
  simulate,
  type SimulatedLayer,
  type SimulatedMode,
  type SimulatedStage,
  type SimulateOptions,
  type Simulation,
} from './simulate.ts';
export { findTarget, type TargetBundle } from './targets.ts';
export { targetJson } from '../cli/inspect/target-json.ts';
export { formatTable, grouped, type Column } from '../cli/table.ts';
export { importModule } from '../config/load-module.ts';
export type { BuildPair, ResolvedConfig, ResolvedModel } from '../config/resolve.ts';
export { compareTensors, interpreterTolerance, type Comparison, type Tolerance } from '../run/compare.ts';
export { parseNpz } from '../run/npz.ts';
export { compileBundle, runNetwork } from '../run/program.ts';
export {
  everySimulatorMode,
  runSimulated,
  simulatorModes,
  type SimulatedFigures,
  type SimulatorMode,
  type SimulatorRun,
} from '../run/simulator.ts';
export { withTemporaryFolder } from '../run/temporary-folder.ts';
export { findToolchain, type Toolchain } from '../run/toolchain.ts';
