import type { Template } from 'match-compiler';
import { support as portable } from 'match-compiler/plugins/host';
import blocks from './cluster_blocks.c';
import finish from './cluster_finish.c';
import load from './cluster_load.c';
import requantize from './cluster_requantize.c';
import share from './cluster_share.c';
import store from './cluster_store.c';
import types from './cluster_types.c';

const source = (name: string, text: string): Template => ({
  path: `plugins/gap9/cluster/support/${name}.c`,
  text,
});

const typesSource = source('cluster_types', types);

/** Functions that the kernels call. Each list holds the function and, before it, what the function itself calls. */
export const support = {
  types: [typesSource],
  load: [typesSource, source('cluster_load', load)],
  store: [typesSource, source('cluster_store', store)],
  share: [source('cluster_share', share)],
  requantize: [
    typesSource,
    ...portable.requantizeDouble,
    ...portable.roundEvenFloat64,
    ...portable.clampFloat64,
    ...portable.floorDividePositive,
    source('cluster_requantize', requantize),
  ],
  blocks: [typesSource, source('cluster_blocks', blocks)],
  finish: [source('cluster_finish', finish)],
  shiftRight: portable.shiftRight,
  fixedPointReciprocal: portable.fixedPointReciprocal,
  roundingDivide: portable.roundingDivide,
  roundEvenFloat32: portable.roundEvenFloat32,
  roundEvenFloat64: portable.roundEvenFloat64,
} as const satisfies Readonly<Record<string, readonly Template[]>>;

/** Lists joined, each source once, in the order in which it is first needed. */
export function joined(...lists: readonly (readonly Template[])[]): readonly Template[] {
  const all = lists.flat();
  return all.filter((item, i) => all.findIndex(({ path }) => path === item.path) === i);
}
