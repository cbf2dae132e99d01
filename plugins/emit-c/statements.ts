import {
  commentText,
  wrapList,
  type CBuilder,
  type KernelInstruction,
  type KernelParameter,
  type MappedRegion,
  type TransferInstruction,
  type WaitInstruction,
} from 'match-compiler';
import { jobAction, operandsOf, ownTexts, transferAction, type Action } from './actions.ts';
import type { Addresses } from './addresses.ts';
import { briefName, mainName, regionNumber, tileComment, transferComment } from './comments.ts';
import { kernelMissingOperand } from './diagnostics.ts';
import { jobNotes, type CCall } from './job-notes.ts';
import { hasWork } from './kernel-set.ts';
import type { Network } from './network.ts';
import { routineCall, type Routines } from './routines.ts';
import { engineMacro, type NetworkRuntime } from './runtime.ts';

/** An instruction of the program as C. */
export interface Statement {
  readonly region?: MappedRegion | undefined;
  /** Empty: none. */
  readonly comment: string;
  /** Behind the statement, on its line. */
  readonly remark?: string;
  /** Transfers: the layer that the simulator has to know before. Jobs: the layer that it knows afterwards. */
  readonly layer?: number;
  /** What the simulator is told before. */
  readonly notes: readonly CCall[];
  /** The statement, if it is one call and may stand in a loop; else `write`. */
  readonly call?: CCall;
  readonly write?: (c: CBuilder) => void;
}

/** Turns instructions into statements, in the order of the program. */
export class StatementMaker {
  readonly #network: Network;
  readonly #runtime: NetworkRuntime;
  readonly #addresses: Addresses;
  readonly #routines: Routines;
  /** What each token was given to last. */
  readonly #tokenUse = new Map<string, string>();

  constructor(network: Network, runtime: NetworkRuntime, addresses: Addresses, routines: Routines) {
    this.#network = network;
    this.#runtime = runtime;
    this.#addresses = addresses;
    this.#routines = routines;
  }

  of(instruction: KernelInstruction | TransferInstruction | WaitInstruction): Statement {
    switch (instruction.kind) {
      case 'call':
      case 'launch':
        return this.#kernel(instruction);
      case 'transfer':
        return this.#transfer(instruction);
      case 'wait': {
        const { token } = instruction;
        const remark = this.#tokenUse.get(token);
        const call = { name: 'match_wait', args: [String(this.#runtime.tokens.get(token) ?? 0)] };
        return { comment: '', notes: [], call, ...(remark !== undefined && { remark }) };
      }
    }
  }

  #kernel(instruction: KernelInstruction): Statement {
    const { region, token } = instruction;
    const job = this.#network.kernels.jobOf.get(instruction);
    const comment = tileComment(instruction, regionNumber(this.#network, region));
    if (!hasWork(instruction)) return { region, comment: '', notes: [], write: () => undefined };
    const notes = jobNotes(instruction, this.#addresses, this.#runtime);
    const layer = this.#runtime.layers.indexOf(region);
    if (!job) {
      const write = (c: CBuilder): void => {
        c.line(`match_note_call_begin(${engineMacro(this.#runtime, region.module.name)});`);
        c.line(functionCall(this.#network, this.#addresses, instruction));
        c.line('match_note_call_end();');
      };
      return { region, comment, layer, notes, write };
    }
    this.#tokenUse.set(token, commentText(briefName(mainName(region.region))));
    const action = jobAction(this.#network, this.#addresses, instruction, job);
    return { region, comment, layer, notes, ...this.#action(action) };
  }

  #transfer(instruction: TransferInstruction): Statement {
    const { to, token, region } = instruction;
    const comment = transferComment(instruction, region ? regionNumber(this.#network, region) : 0);
    const layer = region ? this.#runtime.layers.indexOf(region) : -1;
    this.#tokenUse.set(token, commentText(briefName(to.buffer.name)));
    const action = transferAction(this.#network, this.#runtime, this.#addresses, instruction);
    return { region, comment, layer, notes: [], ...this.#action(action) };
  }

  #action(action: Action): Pick<Statement, 'call' | 'write'> {
    const routine = this.#routines.of(action.instruction);
    if (routine) return { call: routineCall(routine, ownTexts(action)) };
    if (action.call) return { call: action.call };
    return { write: (c) => action.write(c, ownTexts(action), false) };
  }
}

/** A call of a function that was made for its region. */
export function functionCall(network: Network, addresses: Addresses, call: KernelInstruction): string {
  const kernel = network.kernels.functionOf.get(call);
  if (!kernel) throw new TypeError(`no kernel for ${call.region.region.root.name}`);
  const argument = ({ role, index, cType: type, name }: KernelParameter): string => {
    const slice = operandsOf(call, role)[index];
    if (!slice) throw kernelMissingOperand(call.region.region.root, name);
    return addresses.typed(slice, type);
  };
  return wrapList(`${kernel.name}(`, kernel.instance.parameters.map(argument), ');', 4);
}
