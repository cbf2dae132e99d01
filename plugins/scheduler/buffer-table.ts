import {
  layoutBytes,
  rowMajor,
  wholeTile,
  type Buffer,
  type BufferRole,
  type Layout,
  type MappedRegion,
  type Mapping,
  type Scratch,
  type Tile,
  type Value,
} from 'match-compiler';

/** Makes each buffer once; views share the buffer of what they show. */
export class BufferTable {
  readonly all: Buffer[] = [];
  /** Where the user finds inputs and outputs, and where kernels find everything else. */
  readonly byValue = new Map<Value, Buffer>();
  readonly #mapping: Mapping;
  readonly #constants = new Map<string, Buffer>();
  readonly #packed = new Map<string, Buffer>();
  /** Copies of inputs and outputs of the network in the memory that kernels work in. */
  readonly #near = new Map<Value, Buffer>();
  readonly #names = new Set<string>();
  readonly #inputs: ReadonlySet<Value>;
  readonly #outputs: ReadonlySet<Value>;
  /** Bytes behind a tensor that an engine may read. */
  readonly #guards: ReadonlyMap<Value, number>;

  constructor(mapping: Mapping, guards: ReadonlyMap<Value, number>) {
    this.#mapping = mapping;
    this.#guards = guards;
    this.#inputs = new Set(mapping.graph.inputs);
    this.#outputs = new Set(mapping.graph.outputs.map((value) => this.source(value)));
    // Views that nobody calls for (graph outputs among them) are found through their source later on.
    for (const node of mapping.graph.nodes) {
      for (const output of node.outputs) if (mapping.views.has(output)) this.of(output);
    }
  }

  /** The value whose memory this one is. */
  source(value: Value): Value {
    let source = value;
    for (let next = this.#mapping.views.get(source); next; next = this.#mapping.views.get(source))
      source = next;
    return source;
  }

  /** Memory level in which kernels find the value. */
  placeOf(value: Value): string {
    const { places, target } = this.#mapping;
    return places.get(this.source(value)) ?? places.get(value) ?? target.homes.activations;
  }

  /** Must the value be copied between its home, where the user finds it, and its place? */
  isCopied(value: Value): boolean {
    const source = this.source(value);
    const shared = this.#inputs.has(source) || this.#outputs.has(source);
    return shared && this.placeOf(source) !== this.#mapping.target.homes.activations;
  }

  isInput(value: Value): boolean {
    return this.#inputs.has(this.source(value));
  }

  /** The buffer that the user or, for a value inside the network, kernels find the value in. */
  of(value: Value): Buffer {
    const known = this.byValue.get(value);
    if (known) return known;
    const source = this.source(value);
    const buffer = source === value ? this.#tensor(value) : this.of(source);
    this.byValue.set(value, buffer);
    return buffer;
  }

  /** The buffer that kernels find the value in. */
  near(value: Value): Buffer {
    const home = this.of(value);
    if (!this.isCopied(value)) return home;
    const source = this.source(value);
    const known = this.#near.get(source);
    if (known) return known;
    const memory = this.placeOf(source);
    const buffer = this.#add({
      name: `${source.name}.${memory}`,
      memory,
      bytes: home.bytes + (this.#guards.get(source) ?? 0),
      role: 'activation',
      value: source,
      ...(home.layout && { layout: home.layout }),
    });
    this.#near.set(source, buffer);
    return buffer;
  }

  /** Bytes behind the tensor in the buffer that `of` gives. */
  guardOf(value: Value): number {
    const { role } = this.of(value);
    return role === 'activation' ? (this.#guards.get(this.source(value)) ?? 0) : 0;
  }

  /** A constant in the layout that one kernel wants; kernels that want the same share it. */
  constant(value: Value, { schedule }: MappedRegion, index: number): Buffer {
    return this.#constant(value, schedule.layouts.constants[index]);
  }

  /** All constants of a region, or of a share of it, in the order of its kernel. */
  packed(mapped: MappedRegion): Buffer {
    const { region, module, pattern, schedule, share } = mapped;
    const key = JSON.stringify([region.root.id, module.name, pattern.name, schedule.layouts, share]);
    const known = this.#packed.get(key);
    if (known) return known;
    const tile: Tile = Object.keys(share.ranges).length > 0 ? share : wholeTile;
    const content = pattern.pack?.({ region, layouts: schedule.layouts, tile }) ?? new Uint8Array();
    const buffer = this.#add({
      name: `${region.root.name}.packed`,
      memory: this.#mapping.target.homes.constants,
      bytes: content.length,
      role: 'constant',
      packed: mapped,
      content,
    });
    this.#packed.set(key, buffer);
    return buffer;
  }

  /** A graph output that is known at compile time: row-major, as the user reads it. */
  constantOutput(value: Value): void {
    this.byValue.set(value, this.#constant(value, rowMajor(value.type.shape.length)));
  }

  scratch(name: string, need: Scratch): Buffer {
    return this.#add({ name, ...need, role: 'scratch' });
  }

  tile(name: string, memory: string, bytes: number): Buffer {
    return this.#add({ name, memory, bytes, role: 'scratch' });
  }

  #constant(value: Value, layout: Layout | undefined): Buffer {
    const key = `${value.id} ${JSON.stringify(layout)}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const buffer = this.#add({
      name: value.name,
      memory: this.#mapping.target.homes.constants,
      bytes: layoutBytes(layout, value.type),
      role: 'constant',
      value,
      ...(layout && { layout }),
      ...(value.constant && { content: this.#content(value, layout) }),
    });
    this.#constants.set(key, buffer);
    this.byValue.set(value, buffer);
    return buffer;
  }

  #tensor(value: Value): Buffer {
    const { target, layouts } = this.#mapping;
    const role: BufferRole = this.#inputs.has(value)
      ? 'input'
      : this.#outputs.has(value)
        ? 'output'
        : 'activation';
    const layout = layouts.get(value);
    const bytes = layoutBytes(layout, value.type);
    const inside = role === 'activation';
    return this.#add({
      name: value.name,
      memory: inside ? this.placeOf(value) : target.homes.activations,
      bytes: bytes + (inside ? (this.#guards.get(value) ?? 0) : 0),
      role,
      value,
      ...(layout && { layout }),
      ...(value.constant && { content: this.#content(value, layout) }),
    });
  }

  #add({
    name: wanted,
    ...rest
  }: Omit<Buffer, 'id' | 'alignment'> & { readonly alignment?: number }): Buffer {
    let name = wanted;
    for (let i = 1; this.#names.has(name); i++) name = `${wanted}.${i}`;
    this.#names.add(name);
    const alignment = this.#mapping.target.memories[rest.memory]?.alignment ?? 1;
    const buffer: Buffer = { id: this.all.length, name, alignment, ...rest };
    this.all.push(buffer);
    return buffer;
  }

  #content(value: Value, layout: Layout | undefined): NonNullable<Buffer['content']> {
    const { constant } = value;
    if (!constant) throw new TypeError(`%${value.name} is not a constant`);
    if (layout?.kind !== 'packed') return constant;
    const pack = this.#mapping.target.packings[layout.name];
    if (!pack) throw new TypeError(`${this.#mapping.target.name} has no packing ${layout.name}`);
    return pack(constant, layout);
  }
}
