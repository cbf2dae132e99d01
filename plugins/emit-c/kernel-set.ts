import {
  fillTemplate,
  mainNode,
  templateHoles,
  wrapList,
  type FilledTemplate,
  type IdentifierTable,
  type JobField,
  type JobKernel,
  type KernelCall,
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

/** A call of a kernel of fixed text: what its argument struct is filled with. */
export interface JobCall {
  readonly kernel: JobKernel;
  readonly fields: readonly JobField[];
}

/** A source of fixed text with the node that it is needed for first. */
export interface JobSource {
  readonly source: Template;
  readonly node: Node;
}

/** The functions that a program needs. */
export interface KernelSet {
  readonly functions: readonly KernelFunction[];
  readonly functionOf: ReadonlyMap<KernelInstruction, KernelFunction>;
  readonly jobSources: readonly JobSource[];
  readonly jobOf: ReadonlyMap<KernelInstruction, JobCall>;
  /** Functions that kernels call, each before its first use. */
  readonly support: readonly Template[];
  readonly headers: readonly string[];
}

/** What the kernels of all calls ask for, before they have names. */
export interface KernelInstances {
  readonly byCall: ReadonlyMap<KernelInstruction, KernelInstance>;
  readonly jobs: ReadonlyMap<KernelInstruction, JobCall>;
  readonly support: readonly Template[];
  readonly headers: readonly string[];
  /** Functions that the support templates define: their names are given. */
  readonly supportNames: readonly string[];
}

/** An empty tensor needs no work, and its kernel might divide by its extents. */
export function hasWork(call: KernelInstruction): boolean {
  return call.kind !== 'call' || call.outputs.some(({ buffer }) => buffer.bytes > 0);
}

/** Instantiates the kernel of every call that does something. */
export function instantiateKernels(calls: readonly KernelInstruction[]): KernelInstances {
  const byCall = new Map<KernelInstruction, KernelInstance>();
  const jobs = new Map<KernelInstruction, JobCall>();
  const support = new Map<string, Template>();
  const headers = new Set<string>();
  const need = (of: Pick<KernelInstance, 'support' | 'headers'>): void => {
    for (const template of of.support) support.set(template.path, template);
    for (const header of of.headers) headers.add(header);
  };
  for (const call of calls.filter(hasWork)) {
    const { kernel } = call.region.pattern;
    if (kernel.kind === 'job') {
      jobs.set(call, { kernel, fields: kernel.fields(kernelCall(call)) });
      need(kernel);
    } else {
      const instance = instanceOf(call);
      byCall.set(call, instance);
      need(instance);
    }
  }
  const jobSources = new Map([...jobs.values()].map(({ kernel }) => [kernel.source.path, kernel.source]));
  const fixed = [...support.values(), ...jobSources.values()];
  return {
    byCall,
    jobs,
    support: [...support.values()],
    headers: [...headers].sort(),
    supportNames: [
      ...fixed.flatMap(({ text }) =>
        [...text.matchAll(/^(?:static|MATCH_KERNEL) [^(=]*?(\w+)\(/gm)].map(([, name = '']) => name),
      ),
    ],
  };
}

/** What a kernel is told of one call. */
function kernelCall({ region, tile, strides }: KernelInstruction): KernelCall {
  return { region: region.region, layouts: region.schedule.layouts, tile, ...(strides && { strides }) };
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
  const jobSources = new Map<string, JobSource>();
  for (const [call, { kernel }] of instances.jobs) {
    const { nodes, root } = call.region.region;
    if (jobSources.has(kernel.source.path)) continue;
    jobSources.set(kernel.source.path, { source: kernel.source, node: mainNode(nodes, root) });
  }
  return {
    functions: [...functions.values()],
    functionOf,
    jobSources: [...jobSources.values()],
    jobOf: instances.jobs,
    support: instances.support,
    headers: instances.headers,
  };
}

function instanceOf(call: KernelInstruction): KernelInstance {
  const { region } = call;
  const { kernel } = region.pattern;
  if (kernel.kind === 'job' || call.kind === 'launch') {
    throw instructionUnsupported('launch', region.module.name);
  }
  const instance = kernel.instantiate(kernelCall(call));
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
