import {
  assembleUnit,
  byteSize,
  CBuilder,
  cString,
  cType,
  elementCount,
  fillTemplate,
  type BundleFile,
} from 'match-compiler';
import { jobAction, transferAction, type Action } from './actions.ts';
import { Addresses } from './addresses.ts';
import { mainName } from './comments.ts';
import { entryPoint, getter } from './header.ts';
import type { KernelSet } from './kernel-set.ts';
import { banner, type Network, type Port } from './network.ts';
import { ProgramBody } from './program-body.ts';
import { Routines } from './routines.ts';
import type { NetworkRuntime } from './runtime.ts';

const plugin = 'emit-c';

/** `<name>.c` with the kernels, the arenas and the entry point, and its source map. */
export function sourceFiles(network: Network): BundleFile[] {
  const writer = new SourceWriter(network);
  const file = `${network.name}.c`;
  const { text, map } = assembleUnit(writer.write().segments, {
    file,
    graph: network.graph,
    lineDirectives: network.options.lineDirectives,
  });
  return [
    { path: file, content: text },
    { path: `${file}.map`, content: `${JSON.stringify(map)}\n` },
  ];
}

class SourceWriter {
  readonly #network: Network;
  readonly #kernels: KernelSet;
  readonly #c = new CBuilder(plugin);
  readonly #addresses: Addresses;
  /** Static copies of outputs that have no memory of their own. */
  readonly #copies = new Map<Port, string>();

  constructor(network: Network) {
    this.#network = network;
    this.#kernels = network.kernels;
    this.#addresses = new Addresses(network);
    for (const port of network.outputs) {
      if (port.copied && port.owner === 'arena') {
        this.#copies.set(port, network.fileScope.unique(`output_${port.name}`));
      }
    }
  }

  write(): CBuilder {
    const c = this.#c;
    const { name, outputs, runtime } = this.#network;
    c.comment(...banner(this.#network, 'kernels and entry point'));
    c.line(`#include "${name}.h"`);
    if (this.#network.constants.length > 0) c.line(`#include "${name}_weights.h"`);
    if (runtime) c.line('#include "match_runtime.h"');
    const copies = outputs.some((port) => port.copied);
    const headers = new Set([
      ...this.#kernels.headers,
      'stddef.h',
      'stdint.h',
      ...(copies ? ['string.h'] : []),
    ]);
    c.blank();
    for (const header of [...headers].sort()) c.line(`#include <${header}>`);
    this.#functions();
    this.#memory();
    const description = runtime && this.#description(runtime);
    const routines = this.#routines();
    routines.write(c);
    c.section('Network');
    this.#getters();
    c.function(entryPoint(this.#network), () => {
      const before = c.segments.length;
      this.#copyFromInputs();
      if (description !== undefined) this.#beginRun(description);
      const body = new ProgramBody(this.#network, this.#addresses, c);
      if (runtime) body.write(runtime, routines);
      else body.writeCalls(this.#network.program.body);
      if (description !== undefined) c.blank().line('match_end();');
      this.#copyOutputs();
      this.#unusedParameters(before);
    });
    return c;
  }

  #functions(): void {
    const c = this.#c;
    if (this.#kernels.support.length > 0) c.section('Functions that kernels share');
    for (const template of this.#kernels.support) {
      c.template(template.path, fillTemplate(template, { holes: {}, flags: {} })).blank();
    }
    if (this.#kernels.functions.length > 0 || this.#kernels.jobSources.length > 0) {
      c.section('Kernels');
      c.comment(
        'Kernels stay functions of their own: inlined into their only caller they would cost time to compile',
        'and hide from profilers. GCC must not carry the address of the arena into them either: GCC 12 then takes',
        'some that work in place for functions without effect (its loop optimizer loses the base of the address)',
        'and drops the call. Define this otherwise to place kernels in a memory of your choice, with noipa.',
      );
      c.line('#ifndef MATCH_KERNEL\n#if defined(__clang__)');
      c.line('#define MATCH_KERNEL static __attribute__((noinline))');
      c.line('#elif defined(__GNUC__) && __GNUC__ >= 8');
      c.line('#define MATCH_KERNEL static __attribute__((noipa))');
      c.line('#elif defined(__GNUC__)');
      c.line('#define MATCH_KERNEL static __attribute__((noinline, noclone))');
      c.line('#else\n#define MATCH_KERNEL static\n#endif\n#endif').blank();
    }
    for (const { node, source } of this.#kernels.jobSources) {
      c.for(node, () => void c.template(source.path, fillTemplate(source, { holes: {}, flags: {} }))).blank();
    }
    for (const { node, instance, filled } of this.#kernels.functions) {
      c.for(node, () => void c.template(instance.template.path, filled)).blank();
    }
  }

  #memory(): void {
    const c = this.#c;
    const { placed, target, macro } = this.#network;
    const { arenas, arenaMacros } = this.#addresses;
    if (arenas.size === 0 && this.#copies.size === 0) return;
    c.section('Memory');
    c.line('#if defined(__GNUC__)\n#define MATCH_ALIGNED(bytes) __attribute__((aligned(bytes)))');
    c.line('#else\n#define MATCH_ALIGNED(bytes)\n#endif').blank();
    if (arenaMacros.size > 0) {
      c.comment('Where each memory is: define these as attributes that place variables there.');
      for (const memory of arenaMacros.keys()) {
        c.line(`#ifndef ${sectionMacro(memory)}\n#define ${sectionMacro(memory)}\n#endif`);
      }
      c.blank();
    }
    for (const { memory, arenaBytes, bound } of placed.plans) {
      const arena = arenas.get(memory);
      const at = arenaMacros.get(memory);
      if (!arena) continue;
      const alignment = target.memories[memory]?.alignment ?? 1;
      const size = bound.optimal ? 'as small as can be' : `at least ${bound.lowerBound} bytes are needed`;
      c.comment(`Activations in ${memory}, ${size}: ${bound.proof}.`);
      c.line(
        `static union {\n    uint64_t unit;\n    uint8_t bytes[${arenaBytes > 0 ? `${macro}_ARENA_BYTES_${memory.toUpperCase()}` : 1}];\n} ${arena} MATCH_ALIGNED(${alignment})${at === undefined ? '' : ` ${sectionMacro(memory)}`};`,
      );
      if (at !== undefined) c.line(`#define ${at}(offset) ((void *)(${arena}.bytes + (offset)))`);
      c.blank();
    }
    for (const [{ value }, name] of this.#copies) {
      c.comment(`The output "${value.name}" is an input as it is, and thus a copy of the caller's.`);
      c.line(
        `static ${cType(value.type.dtype)} ${name}[${Math.max(1, elementCount(value.type.shape))}];`,
      ).blank();
    }
  }

  /** Functions for what occurs several times; where the controller does everything, nothing does. */
  #routines(): Routines {
    const { flat = [], runtime, kernels } = this.#network;
    const actions = flat.flatMap((instruction): Action[] => {
      if (!runtime || instruction.kind === 'wait') return [];
      if (instruction.kind === 'transfer') {
        return [transferAction(this.#network, runtime, this.#addresses, instruction)];
      }
      const job = kernels.jobOf.get(instruction);
      return job ? [jobAction(this.#network, this.#addresses, instruction, job)] : [];
    });
    return new Routines(this.#network, actions);
  }

  #getters(): void {
    const c = this.#c;
    for (const port of this.#network.inputs) {
      if (port.owner !== 'arena') continue;
      c.function(getter(this.#network, port, 'input'), () => {
        const type = `${cType(port.value.type.dtype)} *`;
        c.line(`return ${this.#addresses.buffer(port.buffer, type)};`);
      }).blank();
    }
    for (const port of this.#network.outputs) {
      if (port.owner !== 'arena') continue;
      c.function(getter(this.#network, port, 'output'), () => {
        const own = this.#copies.get(port) ?? this.#network.constantOutputs.get(port.value)?.symbol;
        const type = `const ${cType(port.value.type.dtype)} *`;
        c.line(`return ${own ?? this.#addresses.buffer(port.buffer, type)};`);
      }).blank();
    }
  }

  /** Tensors of the caller that nothing is done with, because they are empty or do not matter. */
  #unusedParameters(before: number): void {
    const { inputs, outputs } = this.#network;
    const written = this.#c.segments.slice(before).map(({ text }) => text);
    const code = written.join('').replace(/\/\*.*?\*\/|\bmatch_note_\w+\([^;]*;/gs, '');
    for (const { owner, name } of [...inputs, ...outputs]) {
      if (owner === 'caller' && !new RegExp(`\\b${name}\\b`).test(code)) this.#c.line(`(void)${name};`);
    }
  }

  /** What the simulator is told of the network as a whole; the name of the table. */
  #description(runtime: NetworkRuntime): string {
    const c = this.#c;
    const { name, fileScope, constants } = this.#network;
    const { arenas } = this.#addresses;
    const own = (what: string): string => fileScope.unique(`${name}_${what}`);
    const [layers, memories, arrays, table] = [
      own('layers'),
      own('memories'),
      own('constants'),
      own('network'),
    ];
    const rows = (head: string, items: readonly string[]): void => {
      c.line(`static const ${head}[] = {\n${items.map((item) => `    ${item},`).join('\n')}\n};`);
    };
    const part = (array: string, items: number): string => (items > 0 ? array : 'NULL');
    c.section('What the simulator is told');
    c.line('#ifdef MATCH_SIMULATOR');
    rows(
      `char *const ${layers}`,
      runtime.layers.length > 0 ? runtime.layers.map(({ region }) => cString(mainName(region))) : ['""'],
    );
    if (arenas.size > 0) {
      rows(
        `struct match_memory ${memories}`,
        [...arenas].map(([memory, arena]) => `{${cString(memory)}, ${arena}.bytes, sizeof ${arena}.bytes}`),
      );
    }
    if (constants.length > 0) {
      rows(
        `struct match_constant ${arrays}`,
        constants.map(({ symbol }) => `{${symbol}, sizeof ${symbol}}`),
      );
    }
    const fields = [
      cString(name),
      layers,
      runtime.layers.length,
      part(memories, arenas.size),
      arenas.size,
      part(arrays, constants.length),
      constants.length,
    ];
    c.line(`static const struct match_network ${table} = {\n    ${fields.join(', ')}\n};\n#endif`);
    return table;
  }

  /** Tells the simulator what the caller has filled, and begins. */
  #beginRun(description: string): void {
    const c = this.#c;
    const { inputs, outputs, placed } = this.#network;
    c.line(`match_note_network(&${description});`);
    for (const { owner, name, buffer, value } of inputs) {
      if (byteSize(value.type) === 0) continue;
      if (owner === 'caller') c.line(`match_note_caller(${name}, ${byteSize(value.type)}, 0);`);
      else if (buffer && placed.offsets.has(buffer)) {
        const start = this.#addresses.untyped({ buffer, offset: { base: 0, terms: [] } });
        c.line(`match_note_filled(${start}, ${buffer.bytes});`);
      }
    }
    for (const { owner, name, value } of outputs) {
      if (owner !== 'caller' || byteSize(value.type) === 0) continue;
      c.line(`match_note_caller(${name}, ${byteSize(value.type)}, 1);`);
    }
    c.line('match_begin();');
  }

  /** Outputs that are the caller's inputs: copied first, while both are sure to be whole. */
  #copyFromInputs(): void {
    for (const port of this.#network.outputs) if (port.copied && this.#isInput(port)) this.#copy(port);
  }

  /** Outputs that are constants or share the memory of another output. */
  #copyOutputs(): void {
    for (const port of this.#network.outputs) if (port.copied && !this.#isInput(port)) this.#copy(port);
  }

  #isInput(port: Port): boolean {
    return port.buffer?.role === 'input';
  }

  #copy(port: Port): void {
    const constant = this.#network.constantOutputs.get(port.value);
    const source = constant?.symbol ?? this.#addresses.buffer(port.buffer, 'const void *');
    const target = this.#copies.get(port) ?? port.name;
    this.#c.line(`memcpy(${target}, ${source}, ${byteSize(port.value.type)});`);
  }
}

/** Puts a variable into a memory; expands to nothing unless it is defined. */
function sectionMacro(memory: string): string {
  return `MATCH_SECTION_${memory.toUpperCase()}`;
}
