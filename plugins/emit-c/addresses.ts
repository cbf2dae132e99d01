import { cType, type Buffer, type Slice } from 'match-compiler';
import type { Network } from './network.ts';

/** C expressions for the addresses of buffers: arenas, constants and what the caller hands over. */
export class Addresses {
  /** Name of the byte array of each memory's arena. */
  readonly arenas: ReadonlyMap<string, string>;
  /** Macros that give the address of a byte of an arena; only networks with a runtime have them. */
  readonly arenaMacros: ReadonlyMap<string, string>;
  readonly #network: Network;
  readonly #loops = new Map<string, string>();

  constructor(network: Network) {
    const { placed, fileScope, runtime } = network;
    // A tensor without elements has an address all the same.
    const ports = [...network.inputs, ...network.outputs].filter(({ owner }) => owner === 'arena');
    const used = placed.plans.filter(
      ({ arenaBytes, memory }) => arenaBytes > 0 || ports.some(({ buffer }) => buffer?.memory === memory),
    );
    this.#network = network;
    this.arenas = new Map(used.map(({ memory }) => [memory, fileScope.unique(`arena_${memory}`)]));
    this.arenaMacros = new Map(
      runtime ? used.map(({ memory }) => [memory, fileScope.unique(`AT_${memory}`.toUpperCase())]) : [],
    );
  }

  /** Name of the variable of a loop. */
  loop(name: string): string {
    const known = this.#loops.get(name);
    if (known !== undefined) return known;
    const own = this.#network.fileScope.unique(name);
    this.#loops.set(name, own);
    return own;
  }

  /** A pointer of the given C type to the beginning of a slice. */
  typed({ buffer, offset }: Slice, type: string): string {
    const bytes = this.#offset(offset);
    const address = this.buffer(buffer, type);
    if (bytes === '') return address;
    const byte = type.startsWith('const ') ? 'const uint8_t *' : 'uint8_t *';
    return `(${type})((${byte})${address} + ${bytes})`;
  }

  /** A pointer of the given C type to the beginning of a buffer. */
  buffer(buffer: Buffer | undefined, type: string): string {
    const { placed, symbols } = this.#network;
    if (!buffer) throw new TypeError('a tensor has no buffer');
    const symbol = symbols.get(buffer);
    if (symbol !== undefined) return ownType(buffer) === type ? symbol : `(${type})${symbol}`;
    const port = this.#callersPort(buffer);
    if (port) {
      return `const ${cType(port.value.type.dtype)} *` === type ||
        `${cType(port.value.type.dtype)} *` === type
        ? port.name
        : `(${type})${port.name}`;
    }
    const offset = placed.offsets.get(buffer) ?? 0;
    return `(${type})(${this.arenas.get(buffer.memory) ?? 'arena'}.bytes + ${offset})`;
  }

  /** A `void *` (of constants and inputs of the caller a `const void *`) to a byte behind the beginning of a slice. */
  untyped({ buffer, offset }: Pick<Slice, 'buffer' | 'offset'>, extra = 0): string {
    const { symbols } = this.#network;
    const symbol = symbols.get(buffer);
    const arena = this.inArena({ buffer, offset }, extra);
    if (arena) return `${arena.macro}(${arena.text})`;
    const port = symbol === undefined ? this.#callersPort(buffer) : undefined;
    const name = symbol ?? port?.name;
    if (name === undefined) throw new TypeError(`buffer ${buffer.name} has no address`);
    const bytes = this.#offset({ ...offset, base: offset.base + extra });
    const readOnly = symbol !== undefined || buffer.role === 'input';
    const cast = readOnly ? 'const void *' : 'void *';
    if (bytes === '') return `(${cast})${name}`;
    const own = symbol !== undefined && ownType(buffer) === 'const uint8_t *';
    return `(${cast})(${own ? '' : `(${readOnly ? 'const ' : ''}uint8_t *)`}${name} + ${bytes})`;
  }

  /** The macro of the arena that a slice lies in, and the offset that it is given; undefined elsewhere. */
  inArena(
    { buffer, offset }: Pick<Slice, 'buffer' | 'offset'>,
    extra = 0,
  ): { readonly macro: string; readonly text: string } | undefined {
    const { placed, symbols } = this.#network;
    const place = placed.offsets.get(buffer);
    const macro = this.arenaMacros.get(buffer.memory);
    if (symbols.has(buffer) || place === undefined || macro === undefined) return undefined;
    return { macro, text: this.#offset({ ...offset, base: offset.base + extra + place }) || '0' };
  }

  /** Is the address of a slice a constant expression? */
  isConstant({ buffer, offset }: Slice): boolean {
    return offset.terms.length === 0 && !this.#callersPort(buffer);
  }

  #callersPort(buffer: Buffer) {
    const { inputs, outputs } = this.#network;
    const port = [...inputs, ...outputs].find((other) => other.buffer === buffer && !other.copied);
    return port?.owner === 'caller' ? port : undefined;
  }

  /** Empty for 0. */
  #offset({ base, terms }: Slice['offset']): string {
    const parts = terms.map(({ loop, step }) => {
      const name = this.loop(loop);
      return step === 1 ? name : `${name} * ${step}`;
    });
    if (base !== 0) parts.push(String(base));
    return parts.join(' + ');
  }
}

/** The type of the C array that a constant is emitted as. */
function ownType(buffer: Buffer): string {
  const dtype = buffer.content instanceof Uint8Array ? 'uint8' : (buffer.value?.type.dtype ?? 'uint8');
  return `const ${cType(dtype)} *`;
}
