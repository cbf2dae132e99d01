import type { Tensor } from 'match-compiler';
import type { BuildResult, Simulation } from 'match-compiler/build';
import { buildNet, oneMode, runNet, type BuildSettings } from './build-net.ts';
import type { BenchNet } from './nets.ts';
import { someSamples } from './samples.ts';

/** A network built and run once, for its cycles. */
export interface Trial {
  readonly net: BenchNet;
  readonly build: BuildResult;
  readonly simulation: Simulation;
  readonly samples: readonly (readonly Tensor[])[];
}

/** Builds and runs networks, each way once however many tables ask for it. */
export class Lab {
  readonly #trials = new Map<string, Promise<Trial>>();

  /** @param way names the settings: equal names must mean equal settings */
  trial(net: BenchNet, way: string, settings: BuildSettings): Promise<Trial> {
    const key = `${net.net} ${net.format} ${way}`;
    const known = this.#trials.get(key);
    if (known) return known;
    const trial = makeTrial(net, settings);
    this.#trials.set(key, trial);
    return trial;
  }

  /** As GAP9 comes: all of L1, measured costs. */
  plain(net: BenchNet, numerics: BuildSettings['numerics']): Promise<Trial> {
    return this.trial(net, numerics, { numerics });
  }
}

async function makeTrial(net: BenchNet, settings: BuildSettings): Promise<Trial> {
  const build = await buildNet(net, settings);
  const samples = someSamples(net, build.compilation.graph, 1);
  return { net, build, samples, simulation: await runNet(build, samples, { modes: oneMode }) };
}
