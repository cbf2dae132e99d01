import { definePlugin } from 'match-compiler';
import { rewriteConvolutions } from 'match-compiler/plugins/symmetric-padding';
import { foldedForms } from './fold.ts';

/**
 * Convolutions with a stride that no engine beside the controller runs: blocks of the image become channels
 * (space to depth), and the filter one of stride 1 over them, where an engine runs that and it is cheaper. Exact.
 */
export const foldStrides = definePlugin(() => ({
  name: 'fold-strides',
  transform: (graph, { target }) => rewriteConvolutions(graph, target, foldedForms),
}));

export { foldedForms } from './fold.ts';

export default foldStrides;
