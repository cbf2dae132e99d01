import { evaluateGraph, tensor, type Graph, type Numerics, type Tensor } from 'match-compiler';
import { withTemporaryFolder, type BuildResult } from 'match-compiler/build';
import { buildNet } from '../../../bench/gap9/build-net.ts';
import { inParallel } from '../../../bench/gap9/in-parallel.ts';
import { argumentFault, argumentFaults } from './argument-faults.ts';
import { constantFault, constantFaults, type Mutant, type Random } from './constant-faults.ts';
import { FaultyProgram } from './faulty-program.ts';
import { writeFaultyNet } from './faulty-net.ts';

/** What became of the faults of one kind. */
export interface Tally {
  readonly kind: string;
  caught: number;
  equivalent: number;
  survived: number;
}

export interface FaultSurvey {
  readonly jobs: number;
  readonly tallies: readonly Tally[];
  readonly survivors: readonly Mutant[];
  /** Shown by the simulator although held to be equivalent: the reason given for that is wrong. */
  readonly misjudged: readonly Mutant[];
}

/** One line for a list of survivors: what it is, and why it may not have been seen. */
export function describeMutant({ kind, detail, visibleShare }: Mutant): string {
  const share = visibleShare?.();
  const why = share === undefined ? '' : `; differs for 1 of ${Math.round(1 / share)} sums of the filter`;
  return `${kind}: ${detail}${why}`;
}

/** Small enough for tiles and streams everywhere. */
const l1 = 12 * 1024;
const sampleCount = 8;

/** The network that the faults go into, built for GAP9 with little L1. */
export function buildFaultyNet(numerics: Numerics, folder: string): Promise<BuildResult> {
  const net = {
    net: 'faulty',
    format: 'qdq',
    file: writeFaultyNet(folder),
    rounding: 'real-even',
    cases: undefined,
  } as const;
  return buildNet(net, { numerics, options: { l1 } });
}

/**
 * Puts faults, one at a time, into packed constants and into the arguments of jobs, as many of each kind, and runs
 * the simulator on each. Deterministic in `seed`.
 */
export function surveyFaults(numerics: Numerics, perKind: number, seed: number): Promise<FaultSurvey> {
  return withTemporaryFolder(async (folder) => {
    const built = await buildFaultyNet(numerics, folder);
    const { graph } = built.compilation;
    const random = randomOf(seed);
    const samples = Array.from({ length: sampleCount }, (_, i) => sampleOf(graph, i, random));
    const expected = samples.map((inputs) => evaluateGraph(graph, inputs).outputs);
    const program = await FaultyProgram.make(built, samples, expected, folder);
    const mutants = draw(program, perKind, random);
    const shown = await inParallel(mutants, ({ fault }) => program.shows(fault));
    const tallies = new Map<string, Tally>();
    const survivors: Mutant[] = [];
    const misjudged: Mutant[] = [];
    mutants.forEach((mutant, i) => {
      const { kind, equivalent } = mutant;
      const tally = tallies.get(kind) ?? { kind, caught: 0, equivalent: 0, survived: 0 };
      tallies.set(kind, tally);
      if (equivalent !== undefined) {
        tally.equivalent++;
        if (shown[i]) misjudged.push(mutant);
      } else if (shown[i]) tally.caught++;
      else {
        tally.survived++;
        survivors.push(mutant);
      }
    });
    return { jobs: program.jobs.length, tallies: [...tallies.values()], survivors, misjudged };
  });
}

/** Noise around another mean in every channel; from sample to sample louder, up to what saturates everywhere. */
function sampleOf({ inputs }: Graph, index: number, random: Random): readonly Tensor[] {
  const within = (limit: number): number => limit * (random(2001) / 1000 - 1);
  return inputs.map(({ type }) => {
    const [, channels = 1, ...image] = type.shape;
    const pixels = image.reduce((product, extent) => product * extent, 1);
    const width = 0.75 * 1.5 ** index;
    const values = Array.from({ length: channels }, () => {
      const mean = within(width / 2);
      return Array.from({ length: pixels }, () => mean + within(width));
    });
    return tensor(type.dtype, type.shape, values.flat());
  });
}

function draw({ constants, jobs }: FaultyProgram, perKind: number, random: Random): Mutant[] {
  const repeated = (make: () => Mutant | undefined): Mutant[] => {
    const made: Mutant[] = [];
    for (let tries = 0; made.length < perKind && tries < 100 * perKind; tries++) {
      const mutant = make();
      if (mutant) made.push(mutant);
    }
    return made;
  };
  return [
    ...constantFaults.flatMap((kind) => repeated(() => constantFault(kind, constants, jobs, random))),
    ...argumentFaults.flatMap((kind) => repeated(() => argumentFault(kind, jobs, random))),
  ];
}

/** Numbers below a limit; Marsaglia's xorshift of 32 bits. */
function randomOf(seed: number): Random {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * below);
  };
}
