import type { Rounding, StageContext, Target } from 'match-compiler';
import type { TransformCase } from './transform-case.ts';

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
export function stageContext(
  rounding?: Rounding,
  more: Pick<TransformCase, 'numerics' | 'target'> = {},
): StageContext {
  return {
    target: { ...target, ...more.target },
    options: {
      name: 'sketch',
      ...(rounding && { rounding }),
      ...(more.numerics && { numerics: more.numerics }),
      io: { inputs: 'caller', outputs: 'caller' },
      lineDirectives: false,
      samples: [],
    },
  };
}
