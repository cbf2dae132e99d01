import { basename, relative } from 'node:path';
import type { Compilation } from '../compiler/compiler.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ModelInfo } from '../ir/graph.ts';
import { layerRows, memoryRows, type LayerRow, type MemoryRow } from './layer-table.ts';
import { manifestFile, manifestName, type Manifest, type ManifestFile } from './manifest.ts';
import { exactGraph, quickDeviation, type Deviation } from './deviation.ts';
import { checkOutputFolder, writeOutputFolder, type OutputFolder } from './output-folder.ts';
import { compilePair, type CompiledPair } from './pipeline.ts';
import { unbroken } from '../run/at-exit.ts';
import { resolveConfig, type Project, type ProjectOptions } from './settings.ts';
import { packageVersion } from './version.ts';

export interface BuildOptions extends ProjectOptions {
  /** Output folder, relative to `cwd`. Default: the configuration's `outDir`. */
  readonly outDir?: string;
  /** Write among files that no build made, and over edited ones. */
  readonly force?: boolean;
  /** Write the files. Default: true. */
  readonly write?: boolean;
}

/** One model built for one target. */
export interface BuildResult {
  /** As the user named it. */
  readonly model: string;
  readonly name: string;
  readonly target: string;
  readonly info: ModelInfo;
  /** Absolute. */
  readonly outDir: string;
  /** Emitted files, without the manifest. */
  readonly files: readonly ManifestFile[];
  readonly layers: readonly LayerRow[];
  readonly memory: readonly MemoryRow[];
  /** With `hardware` numerics, on one random sample; absent for networks too large to wait for. */
  readonly deviation?: Deviation;
  readonly diagnostics: readonly Diagnostic[];
  readonly compilation: Compilation;
}

/**
 * Builds every model of the project for every target. Nothing is written before the last one is compiled.
 * @throws {MatchError} with a code of docs/errors.md
 */
export async function build(options: BuildOptions = {}): Promise<readonly BuildResult[]> {
  const project = await resolveConfig(options, 'build');
  const write = options.write ?? true;
  const folderOf = (path: string): OutputFolder => ({
    path,
    shown: relative(options.cwd ?? process.cwd(), path) || '.',
    force: options.force ?? false,
  });
  if (write) for (const { outDir } of project.pairs) checkOutputFolder(folderOf(outDir));
  const compiled = await compileProject(project, options);
  const results: BuildResult[] = [];
  for (const pair of compiled) results.push(resultOf(pair, await deviationOf(project, pair)));
  if (write) {
    await unbroken(() => {
      for (const [i, result] of results.entries()) {
        const manifest = manifestOf(result, compiled[i]?.modelSha256 ?? '');
        writeOutputFolder(folderOf(result.outDir), [
          ...result.compilation.bundle.files.values(),
          { path: manifestName, content: `${JSON.stringify(manifest, null, 2)}\n` },
        ]);
      }
    });
  }
  return results;
}

async function compileProject(project: Project, options: ProjectOptions): Promise<CompiledPair[]> {
  const compiled: CompiledPair[] = [];
  for (const pair of project.pairs) compiled.push(await compilePair(project, pair, options));
  return compiled;
}

async function deviationOf(
  project: Project,
  { pair, imported, compilation }: CompiledPair,
): Promise<Deviation | undefined> {
  if (project.numerics === 'exact' || !pair.target.target.requantization) return undefined;
  return quickDeviation(await exactGraph(project, pair, imported), compilation.graph);
}

function resultOf(
  { pair, imported, compilation, diagnostics }: CompiledPair,
  deviation: Deviation | undefined,
): BuildResult {
  return {
    model: pair.model.file,
    name: pair.model.name,
    target: pair.target.name,
    info: imported.info,
    outDir: pair.outDir,
    files: [...compilation.bundle.files.values()].map(manifestFile),
    layers: layerRows(compilation),
    memory: memoryRows(compilation),
    ...(deviation && { deviation }),
    diagnostics,
    compilation,
  };
}

function manifestOf(result: BuildResult, modelSha256: string): Manifest {
  const { model, target, layers, memory, files } = result;
  return {
    generator: 'match-compiler',
    version: packageVersion(),
    model: { file: basename(model), sha256: modelSha256 },
    target,
    layers,
    memory,
    files,
  };
}
