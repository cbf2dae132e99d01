import { mainNode, wrapList, type CBuilder, type Instruction, type MappedRegion } from 'match-compiler';
import { jobAction, ownTexts } from './actions.ts';
import type { Addresses } from './addresses.ts';
import { callComment, regionComment, regionNumber } from './comments.ts';
import { instructionUnsupported } from './diagnostics.ts';
import { briefNote, type CCall } from './job-notes.ts';
import { hasWork } from './kernel-set.ts';
import type { Network } from './network.ts';
import type { Routines } from './routines.ts';
import type { NetworkRuntime } from './runtime.ts';
import { functionCall, StatementMaker, type Statement } from './statements.ts';
import { rollTiles, type TileLoop } from './tile-loops.ts';
import { TileTable } from './tile-table.ts';

/** Writes the instructions of a program as statements of the entry point. */
export class ProgramBody {
  readonly #network: Network;
  readonly #addresses: Addresses;
  readonly #c: CBuilder;
  /** Regions that have their comment. */
  readonly #described = new Set<MappedRegion>();
  /** The layer that the simulator was told last; unknown where loops begin and end. */
  #layer: number | undefined;

  constructor(network: Network, addresses: Addresses, c: CBuilder) {
    this.#network = network;
    this.#addresses = addresses;
    this.#c = c;
  }

  /** Where the controller does everything: calls, one after the other. */
  writeCalls(body: readonly Instruction[]): void {
    const c = this.#c;
    const { kernels, target } = this.#network;
    for (const instruction of body) {
      if (instruction.kind === 'loop') {
        const i = this.#addresses.loop(instruction.name);
        c.blank().block(`for (int32_t ${i} = 0; ${i} < ${instruction.count}; ++${i})`, () => {
          this.writeCalls(instruction.body);
        });
        continue;
      }
      if (instruction.kind === 'transfer' || instruction.kind === 'wait') {
        throw instructionUnsupported(instruction.kind, target.name);
      }
      c.for(nodeOf(instruction.region), () => {
        const number = regionNumber(this.#network, instruction.region);
        c.blank().comment(...callComment(this.#network, instruction, number));
        if (!hasWork(instruction)) return;
        const job = kernels.jobOf.get(instruction);
        if (!job) c.line(functionCall(this.#network, this.#addresses, instruction));
        else {
          const action = jobAction(this.#network, this.#addresses, instruction, job);
          action.write(c, ownTexts(action), false);
        }
      });
    }
  }

  /** Jobs, transfers and waits for them. What repeats with other numbers is a loop. */
  write(runtime: NetworkRuntime, routines: Routines): void {
    const maker = new StatementMaker(this.#network, runtime, this.#addresses, routines);
    const statements = (this.#network.flat ?? []).map((instruction) => maker.of(instruction));
    for (const item of rollTiles(statements)) {
      if ('count' in item) this.#loop(item);
      else {
        if (item.region) this.#begin(item.region);
        this.#statement(item, item.notes.map(briefNote), item.call);
      }
    }
  }

  #loop(loop: TileLoop): void {
    const c = this.#c;
    const { count, body } = loop;
    for (const { region } of body) if (region) this.#begin(region);
    const table = new TileTable(loop, this.#network.fileScope);
    c.comment(`${count} times, with the numbers of the first time in the comments:`);
    this.#layer = undefined;
    c.block(`for (int32_t ${table.index} = 0; ${table.index} < ${count}; ++${table.index})`, () => {
      table.write(c);
      body.forEach((statement, j) => {
        const { call, notes } = table.statement(j);
        this.#statement(statement, notes.map(briefNote), call);
      });
    });
    this.#layer = undefined;
    c.blank();
  }

  #statement(statement: Statement, notes: readonly CCall[], call: CCall | undefined): void {
    const { region, comment, remark, layer, write } = statement;
    const c = this.#c;
    c.for(region && nodeOf(region), () => {
      if (comment !== '') c.comment(comment);
      if (layer !== undefined && notes.length === 0 && layer !== this.#layer) {
        c.line(`match_note_layer(${layer});`);
      }
      if (layer !== undefined) this.#layer = layer;
      for (const note of notes) c.line(wrapList(`${note.name}(`, note.args, ');', 8));
      if (call) {
        c.line(
          wrapList(`${call.name}(`, call.args, ');', 8) + (remark === undefined ? '' : ` /* ${remark} */`),
        );
      }
      write?.(c);
    });
  }

  /** The comment of a region, before its first instruction. */
  #begin(region: MappedRegion): void {
    if (this.#described.has(region)) return;
    this.#described.add(region);
    const number = regionNumber(this.#network, region);
    this.#c.for(nodeOf(region), () => {
      this.#c.blank().comment(...regionComment(this.#network, region, number));
    });
  }
}

function nodeOf({ region }: MappedRegion) {
  return mainNode(region.nodes, region.root);
}
