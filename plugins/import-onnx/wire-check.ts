import type { MatchError } from 'match-compiler';

/** Wire types of the protobuf encoding. */
const varint = 0;
const fixed64 = 1;
const bytes = 2;
const fixed32 = 5;

type Field = readonly [name: string, wire: number, message?: () => Message];
type Message = ReadonlyMap<number, Field>;

const message = (fields: Record<number, Field>): Message =>
  new Map(Object.entries(fields).map(([number, field]) => [Number(number), field]));

// Repeated numbers may come packed (as bytes) or one by one; both are the format's right.
const tensor: Message = message({
  1: ['dims', varint],
  2: ['data_type', varint],
  3: ['segment', bytes],
  4: ['float_data', fixed32],
  5: ['int32_data', varint],
  6: ['string_data', bytes],
  7: ['int64_data', varint],
  8: ['name', bytes],
  9: ['raw_data', bytes],
  10: ['double_data', fixed64],
  11: ['uint64_data', varint],
  13: ['external_data', bytes],
  14: ['data_location', varint],
});
const packable = new Set([
  'dims',
  'float_data',
  'int32_data',
  'int64_data',
  'double_data',
  'uint64_data',
  'floats',
  'ints',
]);
const sparse: Message = message({ 1: ['values', bytes, () => tensor], 2: ['indices', bytes, () => tensor] });
const dimension: Message = message({ 1: ['dim_value', varint], 2: ['dim_param', bytes] });
const shape: Message = message({ 1: ['dim', bytes, () => dimension] });
const tensorType: Message = message({ 1: ['elem_type', varint], 2: ['shape', bytes, () => shape] });
const type: Message = message({ 1: ['tensor_type', bytes, () => tensorType] });
const valueInfo: Message = message({ 1: ['name', bytes], 2: ['type', bytes, () => type] });
const attribute: Message = message({
  1: ['name', bytes],
  2: ['f', fixed32],
  3: ['i', varint],
  4: ['s', bytes],
  5: ['t', bytes, () => tensor],
  6: ['g', bytes, () => graph],
  7: ['floats', fixed32],
  8: ['ints', varint],
  9: ['strings', bytes],
  10: ['tensors', bytes, () => tensor],
  11: ['graphs', bytes, () => graph],
  20: ['type', varint],
  22: ['sparse_tensor', bytes, () => sparse],
});
const node: Message = message({
  1: ['input', bytes],
  2: ['output', bytes],
  3: ['name', bytes],
  4: ['op_type', bytes],
  5: ['attribute', bytes, () => attribute],
  7: ['domain', bytes],
});
const graph: Message = message({
  1: ['node', bytes, () => node],
  2: ['name', bytes],
  5: ['initializer', bytes, () => tensor],
  11: ['input', bytes, () => valueInfo],
  12: ['output', bytes, () => valueInfo],
  13: ['value_info', bytes],
  15: ['sparse_initializer', bytes, () => sparse],
});
const opset: Message = message({ 1: ['domain', bytes], 2: ['version', varint] });
const model: Message = message({
  1: ['ir_version', varint],
  2: ['producer_name', bytes],
  3: ['producer_version', bytes],
  4: ['domain', bytes],
  5: ['model_version', varint],
  6: ['doc_string', bytes],
  7: ['graph', bytes, () => graph],
  8: ['opset_import', bytes, () => opset],
  14: ['metadata_props', bytes],
  20: ['training_info', bytes],
  25: ['functions', bytes],
  26: ['configuration', bytes],
});

const deepest = 64;

/** A broken encoding: what is wrong, at which byte. */
class WireFault extends Error {
  readonly offset: number;
  constructor(offset: number, reason: string) {
    super(reason);
    this.offset = offset;
  }
}

/**
 * Walks the encoding of an ONNX model without reading its data, so that a damaged file is reported by
 * field and byte, where a decoder would skip what it cannot place.
 * @throws {MatchError} made by `fault` at the first byte that does not belong
 */
export function checkModelEncoding(
  data: Uint8Array,
  fault: (offset: number, reason: string) => MatchError,
): void {
  try {
    walk(data, 0, data.length, model, '', 0);
  } catch (error) {
    if (error instanceof WireFault) throw fault(error.offset, error.message);
    throw error;
  }
}

/** Top-level fields only: is this plausibly an ONNX model, whatever its file is called? */
export function looksLikeOnnx(data: Uint8Array): boolean {
  try {
    let hasGraph = false;
    let position = 0;
    while (position < data.length) {
      const field = readField(data, position, data.length, model, '');
      if (!field.known) return false;
      hasGraph ||= field.known[0] === 'graph';
      position = field.next;
    }
    return hasGraph;
  } catch {
    return false;
  }
}

function walk(
  data: Uint8Array,
  start: number,
  end: number,
  within: Message,
  path: string,
  depth: number,
): void {
  if (depth > deepest) throw new WireFault(start, `messages nested more than ${deepest} deep`);
  const count = new Map<string, number>();
  let position = start;
  while (position < end) {
    const field = readField(data, position, end, within, path);
    if (field.known?.[2]) {
      const index = count.get(field.known[0]) ?? 0;
      count.set(field.known[0], index + 1);
      const name = `${path}${path ? '.' : ''}${field.known[0]}${path || index ? `[${index}]` : ''}`;
      walk(data, field.content, field.next, field.known[2](), name, depth + 1);
    }
    position = field.next;
  }
}

interface ReadField {
  readonly known: Field | undefined;
  /** First byte of the content. */
  readonly content: number;
  /** First byte after it. */
  readonly next: number;
}

function readField(data: Uint8Array, start: number, end: number, within: Message, path: string): ReadField {
  const where = path ? ` in ${path}` : '';
  const tag = readVarint(data, start, end, where);
  const number = Math.floor(tag.value / 8);
  const wire = tag.value % 8;
  if (number === 0) throw new WireFault(start, `field number 0${where}`);
  const known = within.get(number);
  if (known && wire !== known[1] && !(wire === bytes && packable.has(known[0]))) {
    throw new WireFault(start, `field ${known[0]}${where} has wire type ${wire} where ${known[1]} belongs`);
  }
  switch (wire) {
    case varint:
      return { known, content: tag.next, next: readVarint(data, tag.next, end, where).next };
    case fixed64:
    case fixed32: {
      const next = tag.next + (wire === fixed64 ? 8 : 4);
      if (next > end) throw new WireFault(tag.next, `a number is cut off${where}`);
      return { known, content: tag.next, next };
    }
    case bytes: {
      const length = readVarint(data, tag.next, end, where);
      const next = length.next + length.value;
      if (next > end) {
        const name = known?.[0] ?? `field ${number}`;
        throw new WireFault(
          length.next,
          `${name}${where} needs ${length.value} bytes where ${end - length.next} are left`,
        );
      }
      return { known, content: length.next, next };
    }
    default:
      throw new WireFault(start, `wire type ${wire} does not exist in this format${where}`);
  }
}

function readVarint(
  data: Uint8Array,
  start: number,
  end: number,
  where: string,
): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = start + i < end ? data[start + i] : undefined;
    if (byte === undefined) throw new WireFault(start, `a number is cut off${where}`);
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, next: start + i + 1 };
  }
  throw new WireFault(start, `a number of more than 10 bytes${where}`);
}
