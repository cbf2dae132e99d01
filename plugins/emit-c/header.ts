import {
  CBuilder,
  cType,
  elementCount,
  byteSize,
  formatType,
  wrapList,
  type BundleFile,
} from 'match-compiler';
import { banner, type Network, type Port } from './network.ts';

const plugin = 'emit-c';

/** `<name>.h`: the entry point, and what the user needs to know about tensors and memory. */
export function headerFile(network: Network): BundleFile {
  const { name, macro } = network;
  const guard = `${macro}_H`;
  const c = new CBuilder(plugin);
  c.comment(...banner(network, 'a neural network in C'));
  c.line(`#ifndef ${guard}\n#define ${guard}`).blank().line('#include <stdint.h>').blank();
  c.line('#ifdef __cplusplus\nextern "C" {\n#endif').blank();
  network.inputs.forEach((port, i) => describePort(c, port, `Input ${i}`));
  network.outputs.forEach((port, i) => describePort(c, port, `Output ${i}`));
  memoryMacros(c, network);
  if (network.runtime) {
    c.comment('Tokens of jobs and transfers under way, numbered from 0, for the runtime.');
    c.line(`#define ${macro}_TOKENS ${network.runtime.tokens.size}`).blank();
  }
  for (const port of network.inputs) {
    if (port.owner !== 'arena') continue;
    c.comment(
      `Where to put the input "${port.value.name}" before every run: the memory is reused during it.`,
    );
    c.line(`${getter(network, port, 'input')};`).blank();
  }
  for (const port of network.outputs) {
    if (port.owner !== 'arena') continue;
    c.comment(`Where the output "${port.value.name}" is after a run, until the next one.`);
    c.line(`${getter(network, port, 'output')};`).blank();
  }
  c.comment('Runs the network once. Not reentrant: intermediate results live in static memory.');
  c.line(`${entryPoint(network)};`).blank();
  c.line('#ifdef __cplusplus\n}\n#endif').blank();
  c.line(`#endif /* ${guard} */`);
  return { path: `${name}.h`, content: c.toString() };
}

function describePort(c: CBuilder, port: Port, title: string): void {
  const { type } = port.value;
  const prefix = port.macro;
  c.comment(`${title}, "${port.value.name}": ${formatType(type)}, row-major.`);
  c.line(`#define ${prefix}_DTYPE "${type.dtype}"`);
  c.line(`#define ${prefix}_RANK ${type.shape.length}`);
  if (type.shape.length > 0) c.line(`#define ${prefix}_SHAPE { ${type.shape.join(', ')} }`);
  c.line(`#define ${prefix}_COUNT ${elementCount(type.shape)}`);
  c.line(`#define ${prefix}_BYTES ${byteSize(type)}`);
  const { scale, zeroPoint, axis } = type.quantization ?? {};
  if (scale && zeroPoint && axis === undefined) {
    c.comment('real value = scale * (element - zero point)');
    c.line(`#define ${prefix}_SCALE ${realLiteral(scale[0] ?? 1)}`);
    c.line(`#define ${prefix}_ZERO_POINT ${negative(zeroPoint[0] ?? 0)}`);
  }
  c.blank();
}

function negative(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

function realLiteral(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function memoryMacros(c: CBuilder, { macro, placed, constants }: Network): void {
  for (const { memory, arenaBytes } of placed.plans) {
    if (arenaBytes === 0) continue;
    c.comment(`Bytes of ${memory} that the network keeps for activations.`);
    c.line(`#define ${macro}_ARENA_BYTES_${memory.toUpperCase()} ${arenaBytes}`).blank();
  }
  const stored = new Map<string, number>();
  for (const { buffer } of constants)
    stored.set(buffer.memory, (stored.get(buffer.memory) ?? 0) + buffer.bytes);
  for (const [memory, bytes] of stored) {
    c.comment(`Bytes of constants in ${memory}.`);
    c.line(`#define ${macro}_CONSTANT_BYTES_${memory.toUpperCase()} ${bytes}`).blank();
  }
}

/** The function that gives the address of an input or output in the arena. */
export function getter({ name }: Network, port: Port, kind: 'input' | 'output'): string {
  const type = cType(port.value.type.dtype);
  return `${kind === 'output' ? 'const ' : ''}${type} *${name}_${kind}_${port.name}(void)`;
}

/** `void <name>_run(…)` with a pointer for every tensor that the caller owns. */
export function entryPoint({ name, inputs, outputs }: Network): string {
  const parameters = [
    ...inputs.filter((port) => port.owner === 'caller').map((port) => `const ${pointer(port)}`),
    ...outputs.filter((port) => port.owner === 'caller').map((port) => pointer(port)),
  ];
  return wrapList(`void ${name}_run(`, parameters.length > 0 ? parameters : ['void'], ')');
}

function pointer({ value, name }: Port): string {
  return `${cType(value.type.dtype)} *${name}`;
}
