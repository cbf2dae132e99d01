import {
  assembleUnit,
  byteSize,
  CBuilder,
  cType,
  elementCount,
  fillTemplate,
  formatLayout,
  formatType,
  mainNode,
  nodeMacs,
  wrapList,
  type Buffer,
  type BundleFile,
  type Instruction,
  type KernelInstruction,
  type KernelParameter,
  type Layout,
  type Slice,
  type Value,
} from 'match-compiler';
import { instructionUnsupported, kernelMissingOperand } from './diagnostics.ts';
import { entryPoint, getter } from './header.ts';
import type { KernelSet } from './kernel-set.ts';
import { banner, type Network, type Port } from './network.ts';

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
  /** Name of the byte array of each memory's arena. */
  readonly #arenas = new Map<string, string>();
  /** Static copies of outputs that have no memory of their own. */
  readonly #copies = new Map<Port, string>();

  constructor(network: Network) {
    this.#network = network;
    this.#kernels = network.kernels;
    for (const { memory, arenaBytes } of network.placed.plans) {
      if (arenaBytes > 0) this.#arenas.set(memory, network.fileScope.unique(`arena_${memory}`));
    }
    for (const port of network.outputs) {
      if (port.copied && port.owner === 'arena') {
        this.#copies.set(port, network.fileScope.unique(`output_${port.name}`));
      }
    }
  }

  write(): CBuilder {
    const c = this.#c;
    const { name, outputs } = this.#network;
    c.comment(...banner(this.#network, 'kernels and entry point'));
    c.line(`#include "${name}.h"`);
    if (this.#network.constants.length > 0) c.line(`#include "${name}_weights.h"`);
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
    c.section('Network');
    this.#getters();
    c.function(entryPoint(this.#network), () => {
      this.#copyFromInputs();
      this.#body(this.#network.program.body);
      this.#copyOutputs();
    });
    return c;
  }

  #functions(): void {
    const c = this.#c;
    if (this.#kernels.support.length > 0) c.section('Functions that kernels share');
    for (const template of this.#kernels.support) {
      c.template(template.path, fillTemplate(template, { holes: {}, flags: {} })).blank();
    }
    if (this.#kernels.functions.length > 0) {
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
    for (const { node, instance, filled } of this.#kernels.functions) {
      c.for(node, () => void c.template(instance.template.path, filled)).blank();
    }
  }

  #memory(): void {
    const c = this.#c;
    const { placed, target, macro } = this.#network;
    if (this.#arenas.size === 0 && this.#copies.size === 0) return;
    c.section('Memory');
    c.line('#if defined(__GNUC__)\n#define MATCH_ALIGNED(bytes) __attribute__((aligned(bytes)))');
    c.line('#else\n#define MATCH_ALIGNED(bytes)\n#endif').blank();
    for (const { memory, bound } of placed.plans) {
      const arena = this.#arenas.get(memory);
      if (!arena) continue;
      const alignment = target.memories[memory]?.alignment ?? 1;
      const size = bound.optimal ? 'as small as can be' : `at least ${bound.lowerBound} bytes are needed`;
      c.comment(`Activations in ${memory}, ${size}: ${bound.proof}.`);
      c.line(
        `static union {\n    uint64_t unit;\n    uint8_t bytes[${macro}_ARENA_BYTES_${memory.toUpperCase()}];\n} ${arena} MATCH_ALIGNED(${alignment});`,
      ).blank();
    }
    for (const [{ value }, name] of this.#copies) {
      c.comment(`The output "${value.name}" is an input as it is, and thus a copy of the caller's.`);
      c.line(
        `static ${cType(value.type.dtype)} ${name}[${Math.max(1, elementCount(value.type.shape))}];`,
      ).blank();
    }
  }

  #getters(): void {
    const c = this.#c;
    for (const port of this.#network.inputs) {
      if (port.owner !== 'arena') continue;
      c.function(getter(this.#network, port, 'input'), () => {
        const type = `${cType(port.value.type.dtype)} *`;
        c.line(`return ${this.#address(port.buffer, type)};`);
      }).blank();
    }
    for (const port of this.#network.outputs) {
      if (port.owner !== 'arena') continue;
      c.function(getter(this.#network, port, 'output'), () => {
        const own = this.#copies.get(port) ?? this.#network.constantOutputs.get(port.value)?.symbol;
        c.line(`return ${own ?? this.#address(port.buffer, `const ${cType(port.value.type.dtype)} *`)};`);
      }).blank();
    }
  }

  #body(body: readonly Instruction[]): void {
    const c = this.#c;
    for (const instruction of body) {
      if (instruction.kind === 'call') this.#call(instruction);
      else if (instruction.kind === 'loop') {
        const { name, count } = instruction;
        c.block(`for (int32_t ${name} = 0; ${name} < ${count}; ++${name})`, () =>
          this.#body(instruction.body),
        );
      } else throw instructionUnsupported(instruction.kind, this.#network.target.name);
    }
  }

  #call(call: KernelInstruction): void {
    const kernel = this.#kernels.functionOf.get(call);
    const { nodes, root } = call.region.region;
    if (!kernel) throw new TypeError(`no kernel for ${root.name}`);
    const c = this.#c;
    c.for(mainNode(nodes, root), () => {
      c.blank().comment(...this.#describe(call));
      const list = kernel.instance.parameters.map((parameter) => this.#argument(call, parameter));
      // An empty tensor needs no work, and its kernel might divide by its extents.
      if (call.outputs.every(({ buffer }) => buffer.bytes === 0)) return;
      c.line(wrapList(`${kernel.name}(`, list, ');', 4));
    });
  }

  #argument(call: KernelInstruction, { role, index, cType: type, name }: KernelParameter): string {
    const lists = {
      input: call.inputs,
      constant: call.constants,
      output: call.outputs,
      scratch: call.scratch,
    };
    const slice = lists[role][index];
    if (!slice) throw kernelMissingOperand(call.region.region.root, name);
    return this.#pointer(slice, type);
  }

  /** A pointer of the given C type to the beginning of a slice. */
  #pointer({ buffer, offset }: Slice, type: string): string {
    const terms = offset.terms.map(({ loop, step }) => `${loop} * ${step}`);
    if (offset.base !== 0) terms.push(String(offset.base));
    const address = this.#address(buffer, type);
    if (terms.length === 0) return address;
    const bytes = type.startsWith('const ') ? 'const uint8_t *' : 'uint8_t *';
    return `(${type})((${bytes})${address} + ${terms.join(' + ')})`;
  }

  #address(buffer: Buffer | undefined, type: string): string {
    const { placed, symbols, inputs, outputs } = this.#network;
    if (!buffer) throw new TypeError('a tensor has no buffer');
    const symbol = symbols.get(buffer);
    if (symbol !== undefined) return ownType(buffer) === type ? symbol : `(${type})${symbol}`;
    const port = [...inputs, ...outputs].find((other) => other.buffer === buffer && !other.copied);
    if (port?.owner === 'caller') {
      return `const ${cType(port.value.type.dtype)} *` === type ||
        `${cType(port.value.type.dtype)} *` === type
        ? port.name
        : `(${type})${port.name}`;
    }
    const offset = placed.offsets.get(buffer) ?? 0;
    return `(${type})(${this.#arenas.get(buffer.memory) ?? 'arena'}.bytes + ${offset})`;
  }

  /** What the user reads above a call: the model's names, shapes, cost and place. */
  #describe(call: KernelInstruction): string[] {
    const { region, schedule, module, pattern } = call.region;
    const [loc] = mainNode(region.nodes, region.root).loc;
    const named = region.nodes.map((node) => node.loc[0]?.node ?? node.name);
    const macs = region.nodes.reduce((sum, node) => sum + nodeMacs(node), 0);
    const list = (values: readonly Value[], layouts: readonly Layout[]): string =>
      values.map((value, i) => describeTensor(value, layouts[i])).join(', ');
    const number = this.#network.calls.indexOf(call) + 1;
    const cost = `${macs > 0 ? `${macs} MACs, ` : ''}${schedule.cycles} cycles predicted`;
    return [
      `${number}. ${[...new Set(named)].join(', ')}${loc ? ` (${loc.op})` : ''}`,
      `${region.nodes.map((node) => node.op.name).join(', ')} by ${pattern.name} on ${module.name}: ${cost}`,
      `${list(region.inputs, schedule.layouts.inputs)} -> ${list(region.outputs, schedule.layouts.outputs)}`,
      [
        ...call.inputs.map(({ buffer }) => `reads ${this.#place(buffer)}`),
        ...call.outputs.map(({ buffer }) => `writes ${this.#place(buffer)}`),
        ...call.scratch.map(({ buffer }) => `works in ${this.#place(buffer)}`),
      ].join(', '),
    ];
  }

  #place(buffer: Buffer): string {
    const offset = this.#network.placed.offsets.get(buffer);
    if (offset === undefined)
      return buffer.role === 'constant' ? 'a constant' : `the caller's ${buffer.role}`;
    return `${buffer.memory} ${offset} to ${offset + buffer.bytes}`;
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
    const source = constant?.symbol ?? this.#address(port.buffer, 'const void *');
    const target = this.#copies.get(port) ?? port.name;
    this.#c.line(`memcpy(${target}, ${source}, ${byteSize(port.value.type)});`);
  }
}

/** The type of the C array that a constant is emitted as. */
function ownType(buffer: Buffer): string {
  const dtype = buffer.content instanceof Uint8Array ? 'uint8' : (buffer.value?.type.dtype ?? 'uint8');
  return `const ${cType(dtype)} *`;
}

function describeTensor(value: Value, layout: Layout | undefined): string {
  return `${formatType(value.type)}${layout && value.type.shape.length > 2 ? ` ${formatLayout(layout)}` : ''}`;
}
