import {
  fillTemplate,
  IdentifierTable,
  templateHoles,
  wrapList,
  type FilledTemplate,
  type KernelInstance,
  type KernelInstruction,
  type Node,
  type Template,
} from 'match-compiler';
import { kernelUnnamed } from './diagnostics.ts';

/** One emitted function, shared by every call whose filled template is the same. */
export interface KernelFunction {
  readonly name: string;
  readonly instance: KernelInstance;
  readonly filled: FilledTemplate;
  /** Root of the first region that it was made for. */
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

/** Instantiates the kernel of every call. Names are unique in `scope`. */
export function collectKernels(calls: readonly KernelInstruction[], scope: IdentifierTable): KernelSet {
  const instances = calls.map((call) => ({ call, instance: instanceOf(call) }));
  const support = new Map<string, Template>();
  const headers = new Set<string>();
  for (const { instance } of instances) {
    for (const template of instance.support) support.set(template.path, template);
    for (const header of instance.headers) headers.add(header);
  }
  for (const { text } of support.values()) {
    for (const [, name = ''] of text.matchAll(/^static [^(=]*?(\w+)\(/gm)) scope.unique(name);
  }
  const functions = new Map<string, KernelFunction>();
  const functionOf = new Map<KernelInstruction, KernelFunction>();
  for (const { call, instance } of instances) {
    const key = JSON.stringify([instance.template.path, instance.name, instance.parameters, instance.holes, instance.flags]);
    let known = functions.get(key);
    if (!known) {
      const name = scope.unique(instance.name);
      known = { name, instance, filled: fill(instance, name), node: call.region.region.root };
      functions.set(key, known);
    }
    functionOf.set(call, known);
  }
  return {
    functions: [...functions.values()],
    functionOf,
    support: [...support.values()],
    headers: [...headers].sort(),
  };
}

function instanceOf({ region }: KernelInstruction): KernelInstance {
  const { pattern, schedule } = region;
  const call = { region: region.region, layouts: schedule.layouts, tile: schedule.tile };
  const instance = pattern.kernel.instantiate(call);
  if ('name' in instance.holes || 'parameters' in instance.holes) {
    throw kernelUnnamed(region.region.root, instance.template.path);
  }
  return instance;
}

function fill(instance: KernelInstance, name: string): FilledTemplate {
  const head = `static void ${name}(`;
  const list = instance.parameters.map(({ cType, name: own }) => `${cType}${cType.endsWith('*') ? '' : ' '}${own}`);
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
