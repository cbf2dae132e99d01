import type { Rounding, StageContext, Target } from 'match-compiler';

/** A target that the passes under test do not look at. */
const target: Target = {
  name: 'none',
  description: 'no memories, no modules',
  memories: {},
  homes: { activations: '', constants: '' },
  modules: [],
  packings: {},
  platforms: {},
};

/** What transforms are given beside the graph. */
export function stageContext(rounding?: Rounding): StageContext {
  return {
    target,
    options: {
      name: 'sketch',
      ...(rounding && { rounding }),
      io: { inputs: 'caller', outputs: 'caller' },
      lineDirectives: false,
      samples: [],
    },
  };
}
