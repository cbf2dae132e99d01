import {
  elementCount,
  isInteger,
  nodeMacs,
  rowMajor,
  sameShape,
  type ExecutionModule,
  type KernelCall,
  type Layout,
  type LayoutChoice,
  type ModulePattern,
  type Region,
} from 'match-compiler';
import { portablePatterns } from 'match-compiler/plugins/host';
import {
  isPlanar,
  layoutTransformPatterns,
  planarBytes,
  planarLayouts,
  planarRefusal,
} from '../activations/index.ts';
import { hostCosts, type HostCosts, type HostKernels } from './costs.ts';
import { planarPool, planarPoolLayouts } from './pools.ts';

export { hostAssumptions, type HostKernels } from './costs.ts';

/** What the portable kernels' own figures say of one element: theirs are in proportion to it. */
const portableElement = 3;

/** Any node on the core that also hands out all other work: nothing runs beside it. */
export function hostModule(kernels: HostKernels) {
  const costs = hostCosts[kernels];
  return {
    name: 'host',
    description: 'the controlling core by itself, any operator, on tensors in L2',
    operands: { activations: 'l2', constants: 'l2' } as const,
    queueDepth: 0,
    dispatchCycles: 0,
    patterns: [
      ...portablePatterns.map((pattern) => hostPattern(pattern, costs)),
      ...layoutTransformPatterns(costs),
    ],
  } satisfies ExecutionModule;
}

/**
 * A portable kernel with the core's cycles, on the accelerators' layout as well where order does not matter, and for
 * pools, which look for their elements there.
 */
function hostPattern(pattern: ModulePattern, costs: HostCosts): ModulePattern {
  const { kernel } = pattern;
  if (kernel.kind === 'job') return pattern;
  const pool = planarPool(pattern);
  return {
    ...pattern,
    layouts: (region) => [
      ...pattern.layouts(region),
      ...(pool ? planarPoolLayouts(pattern, region) : isFlat(region) ? planarLayouts(region) : []),
    ],
    cycles: (call) => hostCycles(pattern, asRows(call), costs),
    // A pool would find groups of four overwritten that it has not read to their end.
    overlaps: (call) => (pool && hasPlanar(call) ? [] : (pattern.overlaps?.(asRows(call)) ?? [])),
    kernel: {
      ...kernel,
      instantiate: (call) =>
        pool && hasPlanar(call) ? pool(call, asRows(call)) : kernel.instantiate(asRows(call)),
    },
  };
}

function hostCycles(pattern: ModulePattern, call: KernelCall, costs: HostCosts): number {
  const { nodes, outputs } = call.region;
  const macs = nodes.reduce((sum, node) => sum + nodeMacs(node), 0);
  if (macs > 0) return macs * (isDepthwise(call.region) ? costs.depthwiseMac : costs.mac);
  const elements = outputs.reduce((sum, { type }) => sum + elementCount(type.shape), 0);
  if (pattern.name.includes('softmax')) return costs.softmax * elements;
  const integers = nodes.every(({ outputs: made }) => made.every(({ type }) => isInteger(type.dtype)));
  if (integers && nodes.every(({ op }) => op.elementwise === true)) return costs.element * elements;
  return Math.ceil((costs.element / portableElement) * pattern.cycles(call));
}

/** Each filter has one input channel. */
function isDepthwise({ nodes }: Region): boolean {
  return nodes.some(
    ({ attributes, inputs }) => Number(attributes['groups'] ?? 1) > 1 && inputs[1]?.type.shape[1] === 1,
  );
}

/** Every element of the result comes from the one at the same place, by the same rule. */
function isFlat(region: Region): boolean {
  const { nodes, inputs, constants, outputs } = region;
  const [out] = outputs;
  if (!out || outputs.length > 1 || inputs.length === 0) return false;
  const { shape } = out.type;
  return (
    nodes.every(({ op, inputs: operands }) => op.elementwise === true && operands.length > 0) &&
    [...inputs, out].every((value) => planarRefusal(value) === true && sameShape(value.type.shape, shape)) &&
    // What a vector is filled up with would be left out.
    planarBytes(shape) === elementCount(shape) &&
    constants.every(({ type }) => elementCount(type.shape) === 1)
  );
}

function hasPlanar({ layouts: { inputs, outputs } }: KernelCall): boolean {
  return [...inputs, ...outputs].some(isPlanar);
}

/** The same call on row-major tensors: elements in any order are elements in a row. */
function asRows(call: KernelCall): KernelCall {
  if (!hasPlanar(call)) return call;
  const { inputs, constants, outputs } = call.layouts;
  const [out] = call.region.outputs;
  const rows = (layout: Layout): Layout =>
    isPlanar(layout) ? rowMajor(out?.type.shape.length ?? 0) : layout;
  const layouts: LayoutChoice = { inputs: inputs.map(rows), constants, outputs: outputs.map(rows) };
  return { ...call, layouts };
}
