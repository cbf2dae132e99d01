import { definePlugin } from 'match-compiler';
import { dianaTarget, type DianaOptions } from './target.ts';

export { planarBytes, planarLayout, planarName, swizzle, unswizzle } from './activations/index.ts';
export { analogPatterns } from './analog/index.ts';
export {
  addCycles,
  convolutionCycles,
  denseCycles,
  digitalPatterns,
  type ArrayJob,
} from './digital/index.ts';
export { dianaTarget, type DianaOptions } from './target.ts';

/** Target bundle of DIANA. */
export const diana = definePlugin((options: DianaOptions = {}) => ({
  name: 'diana',
  target: dianaTarget(options),
}));

export default diana;
