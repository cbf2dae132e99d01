import { ByteBuffer } from 'flatbuffers';

/** Makes the error for a broken file: the byte where it is broken, and in which way. */
export type Fault = (offset: number, reason: string) => Error;

/** Tables within tables; the schema needs five. */
const deepest = 16;

/** Elements of a vector of tables; the largest published models have some thousand. */
const mostTables = 2 ** 18;

/** What a table costs of the budget beside its bytes: it becomes an object. */
const tableOverhead = 32;

/**
 * FlatBuffers data (https://flatbuffers.dev/internals) in which no offset is followed and no length
 * believed before it has been checked against the buffer. What the generated accessors of the format do
 * on a broken file is undefined: they read past the end, or loop over lengths of billions.
 */
export class FlatBuffer {
  readonly data: ByteBuffer;
  readonly bytes: Uint8Array;
  readonly fault: Fault;
  /**
   * Bytes of structure that may still be read. A sound file is read about once; one whose vectors all point
   * at the same tables would take the product of their lengths.
   */
  #budget: number;

  constructor(bytes: Uint8Array, fault: Fault) {
    this.bytes = bytes;
    this.data = new ByteBuffer(bytes);
    this.fault = fault;
    this.#budget = 8 * bytes.length + 2 ** 20;
  }

  /** @throws the fault when the root is not a table inside the buffer */
  root(): Table {
    this.check(0, 4, 'the offset of the root table');
    return this.tableAt(0, 0);
  }

  /** @throws the fault unless `length` bytes from `offset` on are inside the buffer */
  check(offset: number, length: number, what: string): void {
    if (offset + length > this.bytes.length) {
      throw this.fault(
        offset,
        `${what} needs ${length} bytes where ${Math.max(0, this.bytes.length - offset)} are left`,
      );
    }
  }

  /** Counts bytes that are about to be read. @throws the fault when the file refers to itself again and again */
  spend(offset: number, length: number): void {
    this.#budget -= length;
    if (this.#budget < 0) throw this.fault(offset, 'its parts refer to the same bytes again and again');
  }

  /** The table whose offset is stored at `position`. */
  tableAt(position: number, depth: number): Table {
    if (depth > deepest) throw this.fault(position, `tables are nested more than ${deepest} deep`);
    return new Table(this, position + this.data.readUint32(position), depth);
  }
}

/** A table; fields are addressed by their ids in the schema. Absent fields have the schema's default. */
export class Table {
  /** Where the table starts in the file. */
  readonly offset: number;
  readonly #buffer: FlatBuffer;
  readonly #depth: number;
  readonly #vtable: number;
  readonly #fields: number;
  readonly #size: number;

  constructor(buffer: FlatBuffer, offset: number, depth: number) {
    buffer.check(offset, 4, 'a table');
    const vtable = offset - buffer.data.readInt32(offset);
    if (vtable < 0) throw buffer.fault(offset, 'the layout of a table lies before the file');
    buffer.check(vtable, 4, 'the layout of a table');
    const vtableSize = buffer.data.readUint16(vtable);
    const size = buffer.data.readUint16(vtable + 2);
    if (vtableSize < 4 || vtableSize % 2 !== 0 || size < 4) {
      throw buffer.fault(vtable, `the layout of a table has ${vtableSize} bytes for a table of ${size}`);
    }
    buffer.check(vtable, vtableSize, 'the layout of a table');
    buffer.check(offset, size, 'a table');
    buffer.spend(offset, size + tableOverhead);
    this.offset = offset;
    this.#buffer = buffer;
    this.#depth = depth;
    this.#vtable = vtable;
    this.#fields = (vtableSize - 4) / 2;
    this.#size = size;
  }

  has(field: number): boolean {
    return this.#relative(field) !== 0;
  }

  bool(field: number, absent = false): boolean {
    const at = this.#position(field, 1);
    return at === undefined ? absent : this.#buffer.data.readUint8(at) !== 0;
  }

  int8(field: number, absent = 0): number {
    const at = this.#position(field, 1);
    return at === undefined ? absent : this.#buffer.data.readInt8(at);
  }

  uint8(field: number, absent = 0): number {
    const at = this.#position(field, 1);
    return at === undefined ? absent : this.#buffer.data.readUint8(at);
  }

  int32(field: number, absent = 0): number {
    const at = this.#position(field, 4);
    return at === undefined ? absent : this.#buffer.data.readInt32(at);
  }

  uint32(field: number, absent = 0): number {
    const at = this.#position(field, 4);
    return at === undefined ? absent : this.#buffer.data.readUint32(at);
  }

  float32(field: number, absent = 0): number {
    const at = this.#position(field, 4);
    return at === undefined ? absent : this.#buffer.data.readFloat32(at);
  }

  /** Exact below 2^53; larger values are no byte counts of any file. */
  uint64(field: number): number {
    const at = this.#position(field, 8);
    return at === undefined ? 0 : Number(this.#buffer.data.readUint64(at));
  }

  table(field: number): Table | undefined {
    const at = this.#position(field, 4);
    return at === undefined ? undefined : this.#buffer.tableAt(at, this.#depth + 1);
  }

  /** The elements of a vector of tables; none when the field is absent. */
  tables(field: number): Table[] {
    const { start, length } = this.#vector(field, 4);
    if (length > mostTables) throw this.#buffer.fault(start - 4, `a vector has ${length} tables`);
    return Array.from({ length }, (_, i) => this.#buffer.tableAt(start + 4 * i, this.#depth + 1));
  }

  string(field: number): string | undefined {
    if (!this.has(field)) return undefined;
    const { start, length } = this.#vector(field, 1);
    return new TextDecoder().decode(this.#buffer.bytes.subarray(start, start + length));
  }

  int32s(field: number): number[] | undefined {
    return this.#numbers(field, 4, (at) => this.#buffer.data.readInt32(at));
  }

  /** Elements beyond 2^53 are rounded: callers check ranges far below. */
  int64s(field: number): number[] | undefined {
    return this.#numbers(field, 8, (at) => Number(this.#buffer.data.readInt64(at)));
  }

  float32s(field: number): number[] | undefined {
    return this.#numbers(field, 4, (at) => this.#buffer.data.readFloat32(at));
  }

  /** A vector of bytes as a view of the file, with its place; not counted, because nothing is copied. */
  bytes(field: number): { readonly data: Uint8Array; readonly offset: number } | undefined {
    if (!this.has(field)) return undefined;
    const { start, length } = this.#vector(field, 1, false);
    return { data: this.#buffer.bytes.subarray(start, start + length), offset: start };
  }

  #numbers(field: number, width: number, read: (at: number) => number): number[] | undefined {
    if (!this.has(field)) return undefined;
    const { start, length } = this.#vector(field, width);
    return Array.from({ length }, (_, i) => read(start + width * i));
  }

  #vector(field: number, width: number, counted = true): { start: number; length: number } {
    const at = this.#position(field, 4);
    if (at === undefined) return { start: 0, length: 0 };
    const vector = at + this.#buffer.data.readUint32(at);
    this.#buffer.check(vector, 4, 'the length of a vector');
    const length = this.#buffer.data.readUint32(vector);
    this.#buffer.check(vector + 4, length * width, `a vector of ${length} elements`);
    if (counted) this.#buffer.spend(vector, length * width + 4);
    return { start: vector + 4, length };
  }

  #position(field: number, width: number): number | undefined {
    const relative = this.#relative(field);
    if (relative === 0) return undefined;
    if (relative < 4 || relative + width > this.#size) {
      throw this.#buffer.fault(
        this.offset,
        `field ${field} of a table lies at byte ${relative} of its ${this.#size}`,
      );
    }
    return this.offset + relative;
  }

  #relative(field: number): number {
    return field < this.#fields ? this.#buffer.data.readUint16(this.#vtable + 4 + 2 * field) : 0;
  }
}
