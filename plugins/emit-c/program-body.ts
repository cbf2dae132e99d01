import {
  cLiteral,
  commentText,
  linkBetween,
  mainNode,
  tilingOf,
  transferShape,
  wrapList,
  type CBuilder,
  type Instruction,
  type JobField,
  type KernelInstruction,
  type KernelParameter,
  type MappedRegion,
  type Slice,
  type TransferInstruction,
  type WaitInstruction,
} from 'match-compiler';
import { hasWork } from './kernel-set.ts';
import type { Addresses } from './addresses.ts';
import { briefName, callComment, mainName, regionComment, tileComment, transferComment } from './comments.ts';
import { instructionUnsupported, kernelMissingOperand, transferShapeUnsupported } from './diagnostics.ts';
import type { JobCall } from './kernel-set.ts';
import type { Network } from './network.ts';
import { engineMacro, type NetworkRuntime } from './runtime.ts';

/** Writes the instructions of a program as statements of the entry point. */
export class ProgramBody {
  readonly #network: Network;
  readonly #addresses: Addresses;
  readonly #c: CBuilder;
  /** Regions that have their comment. */
  readonly #described = new Set<MappedRegion>();
  /** The layer that the simulator was told last; unknown where loops begin and end. */
  #layer: number | undefined;
  /** What each token was given to last. */
  readonly #tokenUse = new Map<string, string>();

  constructor(network: Network, addresses: Addresses, c: CBuilder) {
    this.#network = network;
    this.#addresses = addresses;
    this.#c = c;
  }

  write(body: readonly Instruction[]): void {
    const c = this.#c;
    const { runtime, target } = this.#network;
    for (const instruction of body) {
      switch (instruction.kind) {
        case 'loop': {
          const i = this.#addresses.loop(instruction.name);
          c.blank().block(`for (int32_t ${i} = 0; ${i} < ${instruction.count}; ++${i})`, () => {
            this.#layer = undefined;
            this.write(instruction.body);
          });
          this.#layer = undefined;
          break;
        }
        case 'call':
        case 'launch':
          c.for(nodeOf(instruction.region), () => this.#kernel(instruction));
          break;
        case 'transfer':
          if (!runtime) throw instructionUnsupported(instruction.kind, target.name);
          c.for(instruction.region && nodeOf(instruction.region), () => this.#transfer(instruction, runtime));
          break;
        case 'wait':
          if (!runtime) throw instructionUnsupported(instruction.kind, target.name);
          this.#wait(instruction, runtime);
      }
    }
  }

  #kernel(call: KernelInstruction): void {
    const { runtime, kernels } = this.#network;
    const job = kernels.jobOf.get(call);
    if (runtime) this.#begin(call.region);
    else this.#c.blank().comment(...callComment(this.#network, call, this.#number(call.region)));
    if (!hasWork(call)) return;
    if (!runtime) {
      if (job) this.#job(call, job, `${job.kernel.name}(&arguments, 0, 1);`);
      else this.#function(call);
      return;
    }
    const engine = engineMacro(runtime, call.region.module.name);
    const tile = tileComment(call, this.#number(call.region));
    if (tile !== '') this.#c.comment(tile);
    if (!job) {
      this.#notes(call, runtime);
      this.#c.line(`match_note_call_begin(${engine});`);
      this.#function(call);
      this.#c.line('match_note_call_end();');
      return;
    }
    const handed = `${engine}, ${job.kernel.name}, &arguments, sizeof arguments);`;
    const token = this.#give(call.token, mainName(call.region.region), runtime);
    this.#job(
      call,
      job,
      call.kind === 'call' ? `match_call(${handed}` : `match_launch(${token}, ${handed}`,
      () => this.#notes(call, runtime),
    );
  }

  /** A call of a function that was made for its region. */
  #function(call: KernelInstruction): void {
    const kernel = this.#network.kernels.functionOf.get(call);
    if (!kernel) throw new TypeError(`no kernel for ${call.region.region.root.name}`);
    const list = kernel.instance.parameters.map((parameter) => this.#argument(call, parameter));
    this.#c.line(wrapList(`${kernel.name}(`, list, ');', 4));
  }

  /** A block with the arguments of a job and the statement that hands them over. */
  #job(call: KernelInstruction, { kernel, fields }: JobCall, statement: string, before?: () => void): void {
    const items = fields.map((field) => `.${field.name} = ${this.#fieldValue(call, field)}`);
    const addresses = fields.flatMap((field) =>
      'role' in field ? (operandsOf(call, field.role)[field.index] ?? []) : [],
    );
    // What is known at compile time needs no code that puts it together.
    const storage = addresses.every((slice) => this.#addresses.isConstant(slice)) ? 'static const' : 'const';
    this.#c.block('', () => {
      const head = `${storage} struct ${kernel.name}_arguments arguments = { `;
      this.#c.line(wrapList(head, items, ' };', 8));
      before?.();
      this.#c.line(statement);
    });
  }

  #fieldValue(call: KernelInstruction, field: JobField): string {
    if (!('role' in field)) return String(field.value);
    const slice = operandsOf(call, field.role)[field.index];
    if (!slice) throw kernelMissingOperand(call.region.region.root, field.name);
    return this.#addresses.untyped(slice, field.offset);
  }

  #argument(call: KernelInstruction, { role, index, cType: type, name }: KernelParameter): string {
    const slice = operandsOf(call, role)[index];
    if (!slice) throw kernelMissingOperand(call.region.region.root, name);
    return this.#addresses.typed(slice, type);
  }

  /** What the simulator is told of a job: its layer and cost, and the bytes that it uses. */
  #notes(call: KernelInstruction, { layers }: NetworkRuntime): void {
    const { region, cycles, dispatchCycles, inputs, constants, outputs, scratch } = call;
    const real = (value: number): string => cLiteral('float64', value);
    this.#layer = layers.indexOf(region);
    this.#c.line(`match_note_job(${this.#layer}, ${real(cycles)}, ${real(dispatchCycles)});`);
    const adding = addsToOutputs(call);
    for (const slice of [...inputs, ...constants]) this.#noteBox('read', slice);
    for (const slice of adding ? outputs : []) this.#noteBox('read', slice);
    for (const slice of outputs) this.#noteBox('write', slice);
    for (const slice of scratch) {
      if (slice.rowBytes === 0) continue;
      if (adding) this.#noteBox('read', slice);
      if (isReduced(call)) this.#noteBox('write', slice);
      else this.#c.line(`match_note_scratch(${this.#addresses.untyped(slice)}, ${slice.rowBytes});`);
    }
  }

  #noteBox(what: 'read' | 'write', slice: Slice): void {
    const { rowBytes, rows, rowStride, planes, buffer } = slice;
    // Constants that a job reads where they are stored cannot change.
    if (rowBytes === 0 || rows === 0 || buffer.role === 'constant') return;
    const pointer = this.#addresses.untyped(slice);
    if (rows === 1 && (planes?.count ?? 1) === 1) {
      this.#c.line(`match_note_${what}(${pointer}, ${rowBytes});`);
      return;
    }
    const box = [planes?.count ?? 1, planes?.stride ?? 0, rows, rowStride, rowBytes];
    this.#c.line(`match_note_${what}_box(${pointer}, ${box.join(', ')});`);
  }

  #transfer(instruction: TransferInstruction, runtime: NetworkRuntime): void {
    const { from, to, token, region } = instruction;
    const { target } = this.#network;
    const link = linkBetween(target, from.buffer.memory, to.buffer.memory);
    const name = runtime.names.links.find((other) => other.link === link);
    const shape = transferShape(from, to);
    if (!shape || !name) throw transferShapeUnsupported(instruction, target.name);
    if (region) this.#begin(region);
    const c = this.#c;
    c.comment(transferComment(instruction, region ? this.#number(region) : 0));
    const layer = region ? runtime.layers.indexOf(region) : -1;
    if (layer !== this.#layer) c.line(`match_note_layer(${layer});`);
    this.#layer = layer;
    const begin = [this.#give(token, to.buffer.name, runtime), name.macro];
    const [destination, source] = [this.#addresses.untyped(to), this.#addresses.untyped(from)];
    const { rowBytes, rows, planes } = shape;
    const call = (end: string, args: readonly (string | number)[]): void => {
      c.line(wrapList(`match_transfer${end}(`, [...begin, ...args].map(String), ');', 4));
    };
    if (planes > 1) {
      call('_planes', [
        destination,
        shape.to.planeStride,
        shape.to.rowStride,
        source,
        shape.from.planeStride,
        shape.from.rowStride,
        planes,
        rows,
        rowBytes,
      ]);
    } else if (rows > 1) {
      call('_rows', [destination, shape.to.rowStride, source, shape.from.rowStride, rows, rowBytes]);
    } else call('', [destination, source, rowBytes]);
  }

  #wait({ token }: WaitInstruction, { tokens }: NetworkRuntime): void {
    const use = this.#tokenUse.get(token);
    this.#c.line(`match_wait(${tokens.get(token) ?? 0});${use === undefined ? '' : ` /* ${use} */`}`);
  }

  /** The number of a token that is given to something. */
  #give(token: string, use: string, { tokens }: NetworkRuntime): number {
    this.#tokenUse.set(token, commentText(briefName(use)));
    return tokens.get(token) ?? 0;
  }

  /** The comment of a region, before its first instruction. */
  #begin(region: MappedRegion): void {
    if (this.#described.has(region)) return;
    this.#described.add(region);
    this.#c.blank().comment(...regionComment(this.#network, region, this.#number(region)));
  }

  #number(region: MappedRegion): number {
    return this.#network.program.mapping.regions.indexOf(region) + 1;
  }
}

function nodeOf({ region }: MappedRegion) {
  return mainNode(region.nodes, region.root);
}

function operandsOf(call: KernelInstruction, role: KernelParameter['role']): readonly Slice[] {
  switch (role) {
    case 'input':
      return call.inputs;
    case 'constant':
      return call.constants;
    case 'output':
      return call.outputs;
    case 'scratch':
      return call.scratch;
  }
}

/** Dimensions of partial sums of which a call computes a part. */
function cutReductions({ region, tile }: KernelInstruction): readonly { readonly start: number }[] {
  const dimensions = tilingOf(region)?.dimensions ?? [];
  return dimensions.flatMap(({ name, extent, reduction }) => {
    const range = tile.ranges[name];
    return reduction && range && range.extent < extent ? [range] : [];
  });
}

/** Outputs and scratch carry partial sums from call to call. */
function isReduced(call: KernelInstruction): boolean {
  return cutReductions(call).length > 0;
}

/** The call adds to what an earlier one left in its outputs. */
function addsToOutputs(call: KernelInstruction): boolean {
  return cutReductions(call).some(({ start }) => start > 0);
}
