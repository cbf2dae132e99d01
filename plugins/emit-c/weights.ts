import {
  CBuilder,
  cLiteral,
  cType,
  elementBytes,
  formatLayout,
  formatType,
  needsMathHeader,
  wrapItems,
  type Buffer,
  type BundleFile,
} from 'match-compiler';
import { storedConstant, type StoredConstant } from './constant-bytes.ts';
import { banner, type ConstantArray, type Network } from './network.ts';

const plugin = 'emit-c';
const lineWidth = 100;

/** `<name>_weights.c` and `<name>_weights.h`: the constants, each in the section of its memory. */
export function weightFiles(network: Network): BundleFile[] {
  const stem = `${network.name}_weights`;
  return [
    { path: `${stem}.h`, content: header(network, stem) },
    { path: `${stem}.c`, content: source(network, stem) },
  ];
}

function header(network: Network, stem: string): string {
  const guard = `${stem.toUpperCase()}_H`;
  const c = new CBuilder(plugin);
  c.comment(...banner(network, 'constants'));
  c.line(`#ifndef ${guard}\n#define ${guard}`).blank().line('#include <stdint.h>').blank();
  c.comment(
    'Puts a constant into a section, so that a linker script can place the constants of each memory.',
    'Define it before including this file to use other means.',
  );
  c.line('#ifndef MATCH_CONST');
  c.line('#if defined(__GNUC__) && defined(__ELF__)');
  c.line(
    `#define MATCH_CONST(section_name) __attribute__((section(section_name), aligned(${alignment(network)})))`,
  );
  c.line('#else\n#define MATCH_CONST(section_name)\n#endif\n#endif').blank();
  for (const { symbol, buffer } of network.constants) {
    const { dtype, data } = storedConstant(buffer);
    // With the attribute here as well: a compiler may otherwise assume more alignment than there is.
    c.line(`MATCH_CONST("${sectionOf(buffer)}")`);
    c.line(`extern const ${cType(dtype)} ${symbol}[${Math.max(1, data.length)}];`);
  }
  c.blank().line(`#endif /* ${guard} */`);
  return c.toString();
}

function source(network: Network, stem: string): string {
  const stored = network.constants.map((array) => ({ array, constant: storedConstant(array.buffer) }));
  const c = new CBuilder(plugin);
  c.comment(...banner(network, 'constants'));
  c.line(`#include "${stem}.h"`);
  const special = stored.some(({ constant }) =>
    Array.from(constant.data as ArrayLike<number | bigint>).some(needsMathHeader),
  );
  if (special) c.line('#include <math.h>');
  for (const { array, constant } of stored) {
    c.blank().comment(describe(array));
    const head = `const ${cType(constant.dtype)} ${array.symbol}[${Math.max(1, constant.data.length)}]`;
    c.line(`MATCH_CONST("${sectionOf(array.buffer)}")`);
    c.line(`${head} = {\n${elements(constant)}\n};`);
  }
  return c.toString();
}

/** Section of the constants of one memory. */
export function sectionOf(buffer: Buffer): string {
  return `.rodata.match.${buffer.memory}`;
}

function describe({ buffer }: ConstantArray): string {
  const type = buffer.value?.type;
  const layout = buffer.layout;
  const plain = layout?.kind === 'strided' && layout.order.every((axis, i) => axis === i);
  const order = layout && !plain ? `, stored as ${formatLayout(layout)}` : '';
  return `${buffer.name}${type ? `: ${formatType(type)}` : ''}${order}, ${buffer.bytes} bytes`;
}

function elements({ dtype, data }: StoredConstant): string {
  const items =
    data.length === 0
      ? ['0']
      : Array.from(data as ArrayLike<number | bigint>, (value) => cLiteral(dtype, value));
  return wrapItems(items, lineWidth).replace(/^/gm, '    ');
}

/** One alignment for all: that of the memory, or of the widest element. */
function alignment({ constants }: Network): number {
  return constants.reduce(
    (most, { buffer }) => Math.max(most, buffer.alignment, elementBytes(storedConstant(buffer).dtype)),
    1,
  );
}
