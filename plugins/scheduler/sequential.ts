import {
  byteSize,
  rowMajor,
  wholeBuffer,
  type Buffer,
  type BufferOverlap,
  type BufferRole,
  type Instruction,
  type Layout,
  type MappedRegion,
  type Mapping,
  type Program,
  type Value,
  wholeTile,
} from 'match-compiler';

/** One synchronous call after the other, every tensor whole at its home. */
export function sequentialProgram(mapping: Mapping): Program {
  const buffers = new BufferTable(mapping);
  const { graph } = mapping;
  for (const input of graph.inputs) buffers.of(input);
  const body: Instruction[] = mapping.regions.map((mapped) => {
    const { inputs, constants, outputs } = mapped.region;
    const read = inputs.map((value) => buffers.of(value));
    const written = outputs.map((value) => buffers.of(value));
    const scratch = mapped.schedule.scratch.map((need, i) =>
      buffers.scratch(`scratch_${mapped.id}_${i}`, need),
    );
    return {
      kind: 'call',
      token: `call_${mapped.id}`,
      region: mapped,
      tile: wholeTile,
      cycles: mapped.schedule.cycles,
      dispatchCycles: mapped.module.dispatchCycles,
      inputs: read.map(wholeBuffer),
      constants: constants.map((value, i) => wholeBuffer(buffers.constant(value, mapped, i))),
      outputs: written.map(wholeBuffer),
      scratch: scratch.map(wholeBuffer),
      overlaps: overlapsOf(mapped, read, written),
    };
  });
  for (const output of graph.outputs) if (output.constant) buffers.constantOutput(output);
  return { mapping, buffers: buffers.all, bufferOf: buffers.byValue, body };
}

function overlapsOf(
  { schedule }: MappedRegion,
  read: readonly Buffer[],
  written: readonly Buffer[],
): BufferOverlap[] {
  return schedule.overlaps.flatMap(({ input, output, lead }) => {
    const from = read[input];
    const to = written[output];
    return from && to ? [{ input: from, output: to, lead }] : [];
  });
}

/** Makes each buffer once; views share the buffer of what they show. */
class BufferTable {
  readonly all: Buffer[] = [];
  readonly byValue = new Map<Value, Buffer>();
  readonly #mapping: Mapping;
  readonly #constants = new Map<string, Buffer>();
  readonly #names = new Set<string>();
  readonly #outputs: ReadonlySet<Value>;

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
    this.#outputs = new Set(mapping.graph.outputs.map((value) => this.#source(value)));
    // Views that nobody calls for (graph outputs among them) are found through their source later on.
    for (const node of mapping.graph.nodes) {
      for (const output of node.outputs) if (mapping.views.has(output)) this.of(output);
    }
  }

  of(value: Value): Buffer {
    const known = this.byValue.get(value);
    if (known) return known;
    const source = this.#source(value);
    const buffer = source === value ? this.#tensor(value) : this.of(source);
    this.byValue.set(value, buffer);
    return buffer;
  }

  /** A constant in the layout that one kernel wants; kernels that want the same share it. */
  constant(value: Value, { schedule, module }: MappedRegion, index: number): Buffer {
    return this.#constant(value, schedule.layouts.constants[index], module.operands.constants);
  }

  /** A graph output that is known at compile time: row-major, as the user reads it. */
  constantOutput(value: Value): void {
    const buffer = this.#constant(
      value,
      rowMajor(value.type.shape.length),
      this.#mapping.target.homes.constants,
    );
    this.byValue.set(value, buffer);
  }

  #constant(value: Value, layout: Layout | undefined, memory: string): Buffer {
    const key = `${value.id} ${JSON.stringify(layout)}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const buffer = this.#add(
      value.name,
      memory,
      layout?.kind === 'packed' ? layout.bytes : byteSize(value.type),
      this.#alignment(memory),
      'constant',
      value,
      layout,
    );
    this.#constants.set(key, buffer);
    this.byValue.set(value, buffer);
    return buffer;
  }

  scratch(
    name: string,
    need: { readonly memory: string; readonly bytes: number; readonly alignment: number },
  ): Buffer {
    return this.#add(name, need.memory, need.bytes, need.alignment, 'scratch');
  }

  #source(value: Value): Value {
    let source = value;
    for (let next = this.#mapping.views.get(source); next; next = this.#mapping.views.get(source))
      source = next;
    return source;
  }

  #tensor(value: Value): Buffer {
    const { graph, target, layouts } = this.#mapping;
    const memory = target.homes.activations;
    const role: BufferRole = graph.inputs.includes(value)
      ? 'input'
      : this.#outputs.has(value)
        ? 'output'
        : 'activation';
    const layout = layouts.get(value);
    const bytes = layout?.kind === 'packed' ? layout.bytes : byteSize(value.type);
    return this.#add(value.name, memory, bytes, this.#alignment(memory), role, value, layout);
  }

  #alignment(memory: string): number {
    return this.#mapping.target.memories[memory]?.alignment ?? 1;
  }

  #add(
    wanted: string,
    memory: string,
    bytes: number,
    alignment: number,
    role: BufferRole,
    value?: Value,
    layout?: Layout,
  ): Buffer {
    let name = wanted;
    for (let i = 1; this.#names.has(name); i++) name = `${wanted}.${i}`;
    this.#names.add(name);
    const buffer: Buffer = {
      id: this.all.length,
      name,
      memory,
      bytes,
      alignment,
      role,
      ...(value && { value }),
      ...(layout && { layout }),
      ...(value?.constant && { content: this.#content(value, layout) }),
    };
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
