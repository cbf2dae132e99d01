import {
  fillTemplate,
  mainNode,
  templateHoles,
  wrapList,
  type FilledTemplate,
  type IdentifierTable,
  type KernelInstance,
  type KernelInstruction,
  type Node,
  type Template,
} from 'match-compiler';
import { instructionUnsupported, kernelUnnamed } from './diagnostics.ts';

/** One emitted function, shared by every call whose filled template is the same. */
export interface KernelFunction {
  readonly name: string;
  readonly instance: KernelInstance;
  readonly filled: FilledTemplate;
  /** The node that the first region that it was made for is known by. */
  readonly node: Node;
}

/** The functions that a program needs. */
export interface KernelSet {
  readonly functions: readonly KernelFunction[];
  readonly functionOf: ReadonlyMap<KernelInstruction, KernelFunction>;
  /** Functions that kernels call, each before its first use. */
  readonly support: readonly Template[];
  readonly headers: readonly string[];
}

/** What the kernels of all calls ask for, before they have names. */
export interface KernelInstances {
  readonly byCall: ReadonlyMap<KernelInstruction, KernelInstance>;
  readonly support: readonly Template[];
  readonly headers: readonly string[];
  /** Functions that the support templates define: their names are given. */
  readonly supportNames: readonly string[];
}

/** Instantiates the kernel of every call. */
export function instantiateKernels(calls: readonly KernelInstruction[]): KernelInstances {
  const byCall = new Map(calls.map((call) => [call, instanceOf(call)]));
  const support = new Map<string, Template>();
  const headers = new Set<string>();
  for (const instance of byCall.values()) {
    for (const template of instance.support) support.set(template.path, template);
    for (const header of instance.headers) headers.add(header);
  }
  return {
    byCall,
    support: [...support.values()],
    headers: [...headers].sort(),
    supportNames: [...support.values()].flatMap(({ text }) =>
      [...text.matchAll(/^static [^(=]*?(\w+)\(/gm)].map(([, name = '']) => name),
    ),
  };
}

/** Fills the templates, each distinct one once, with names that are unique in `scope`. */
export function nameKernels(instances: KernelInstances, scope: IdentifierTable): KernelSet {
  const functions = new Map<string, KernelFunction>();
  const functionOf = new Map<KernelInstruction, KernelFunction>();
  for (const [call, instance] of instances.byCall) {
    const { template, name: stem, parameters, holes, flags } = instance;
    const key = JSON.stringify([template.path, stem, parameters, holes, flags]);
    let known = functions.get(key);
    if (!known) {
      const name = scope.unique(stem);
      const { nodes, root } = call.region.region;
      known = { name, instance, filled: fill(instance, name), node: mainNode(nodes, root) };
      functions.set(key, known);
    }
    functionOf.set(call, known);
  }
  return {
    functions: [...functions.values()],
    functionOf,
    support: instances.support,
    headers: instances.headers,
  };
}

function instanceOf({ region, tile }: KernelInstruction): KernelInstance {
  const { pattern, schedule } = region;
  if (pattern.kernel.kind === 'job') throw instructionUnsupported('launch', region.module.name);
  const instance = pattern.kernel.instantiate({ region: region.region, layouts: schedule.layouts, tile });
  if ('name' in instance.holes || 'parameters' in instance.holes) {
    throw kernelUnnamed(region.region.root, instance.template.path);
  }
  return instance;
}

function fill(instance: KernelInstance, name: string): FilledTemplate {
  const head = `MATCH_KERNEL void ${name}(`;
  const list = instance.parameters.map(
    ({ cType, name: own }) => `${cType}${cType.endsWith('*') ? '' : ' '}${own}`,
  );
  const parameters = wrapList(head, list.length > 0 ? list : ['void'], ')').slice(head.length, -1);
  const known = templateHoles(instance.template);
  return fillTemplate(instance.template, {
    holes: {
      ...instance.holes,
      ...(known.has('name') && { name }),
      ...(known.has('parameters') && { parameters }),
    },
    flags: instance.flags,
  });
}
