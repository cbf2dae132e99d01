import { definePlugin } from 'match-compiler';
import { gap9Target, type Gap9Options } from './target.ts';

export { clusterAssumptions, clusterModule, clusterPatterns } from './cluster/index.ts';
export {
  convolutionOf,
  convolutionTile,
  convolutionTiling,
  type Convolution,
  type ConvolutionTile,
} from './convolution.ts';
export { masterModule } from './master/index.ts';
export {
  jobCycles,
  jobListCycles,
  ne16Assumptions,
  ne16Patterns,
  type Ne16Costs,
  type Ne16Job,
  type Ne16Mode,
} from './ne16/index.ts';
export { gap9Target, type Gap9Options } from './target.ts';

/** Target bundle of GAP9. */
export const gap9 = definePlugin((options: Gap9Options = {}) => ({
  name: 'gap9',
  target: gap9Target(options),
}));

export default gap9;
