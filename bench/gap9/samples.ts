import { tensor, type Graph, type Tensor } from 'match-compiler';
import { knownSamples, type BenchNet } from './nets.ts';

/** The first `count` known inputs of a network; random ones from fixed seeds where none is known. */
export function someSamples(net: BenchNet, graph: Graph, count: number): readonly (readonly Tensor[])[] {
  return (
    knownSamples(net)?.samples.slice(0, count) ??
    Array.from({ length: count }, (_, seed) => randomSample(graph, seed + 1))
  );
}

/** Integers over their whole range, floats of a normal distribution's width. */
export function randomSample(graph: Graph, seed: number): readonly Tensor[] {
  let state = seed >>> 0;
  // Xorshift by Marsaglia, 32 bits.
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 8; i++) next();
  return graph.inputs.map(({ type }) => {
    const count = type.shape.reduce((product, extent) => product * extent, 1);
    const from = type.dtype === 'int8' ? -128 : type.dtype.startsWith('float') ? -2 : 0;
    const span = type.dtype.startsWith('float') ? 4 : 256;
    const values = Array.from({ length: count }, () => from + next() * span);
    const whole = type.dtype.startsWith('float') ? values : values.map(Math.floor);
    return tensor(type.dtype, type.shape, whole);
  });
}
