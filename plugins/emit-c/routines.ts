import {
  mainNode,
  wrapList,
  type CBuilder,
  type KernelInstruction,
  type TransferInstruction,
} from 'match-compiler';
import { ownTexts, type Action } from './actions.ts';
import type { CCall } from './job-notes.ts';
import { layerName, type Network } from './network.ts';

/** A function that does what several actions have in common. */
export interface Routine {
  readonly name: string;
  /** The first of the actions. */
  readonly action: Action;
  /** Per operand: its name as a parameter, or undefined where it is the same in all actions. */
  readonly parameters: readonly (string | undefined)[];
}

/** Actions of one form. */
interface Group {
  readonly actions: readonly Action[];
  /** Per operand the expression of all actions, or undefined where they differ. */
  readonly common: readonly (string | undefined)[];
  /** Places that they are written in, roughly: loops take those of a tensor's or region's steady state. */
  readonly places: number;
  /** Bytes of machine code and tables, roughly. */
  readonly bytes: number;
  /** A function takes fewer. */
  readonly isWorthwhile: boolean;
}

/**
 * The functions that make a program's text small: one for the jobs of a region, and one for the transfers of a tensor
 * or of several that are cut alike.
 */
export class Routines {
  readonly #network: Network;
  readonly #routines: Routine[] = [];
  readonly #of = new Map<Action['instruction'], Routine>();

  constructor(network: Network, actions: readonly Action[]) {
    this.#network = network;
    const forms = groupedBy(actions, ({ form }) => form);
    for (const alike of forms.values()) {
      const groups = groupsOf(alike);
      const jobs = groups.filter(({ actions }) => actions[0]?.kind === 'job' && actions.length > mostInPlace);
      const transfers = groups.filter(({ actions }) => actions[0]?.kind === 'transfer');
      for (const group of [...jobs, ...merged(transfers)]) {
        if (!group.isWorthwhile) continue;
        const routine = this.#routine(group);
        this.#routines.push(routine);
        for (const { instruction } of group.actions) this.#of.set(instruction, routine);
      }
    }
  }

  of(instruction: KernelInstruction | TransferInstruction): Routine | undefined {
    return this.#of.get(instruction);
  }

  write(c: CBuilder): void {
    if (this.#routines.length === 0) return;
    c.section('Jobs and transfers that occur several times');
    for (const { name, action, parameters } of this.#routines) {
      const { region } = action.instruction;
      c.for(region && mainNode(region.region.nodes, region.region.root), () => {
        const list = action.operands.flatMap(({ cType = '' }, i) => {
          const own = parameters[i];
          return own === undefined ? [] : [`${cType}${cType.endsWith('*') ? '' : ' '}${own}`];
        });
        c.function(wrapList(`static void ${name}(`, list.length > 0 ? list : ['void'], ')'), () => {
          const texts = action.operands.map(({ text }, i) => parameters[i] ?? text);
          action.write(c, texts, true);
        }).blank();
      });
    }
  }

  #routine({ actions, common }: Group): Routine {
    const [action] = actions as [Action];
    const { fileScope } = this.#network;
    const regions = new Set(actions.map(({ instruction }) => instruction.region));
    const { region } = action.instruction;
    const own = action.kind === 'job' && regions.size === 1 && region;
    return {
      name: fileScope.unique(own ? `launch_${layerName(region)}` : action.name),
      action,
      parameters: action.operands.map(({ name }, i) =>
        common[i] !== undefined ? undefined : fileScope.has(name) ? `${name}_` : name,
      ),
    };
  }
}

/** The call of a routine with what an action has for its parameters. */
export function routineCall({ name, parameters }: Routine, texts: readonly string[]): CCall {
  return { name, args: texts.filter((_, i) => parameters[i] !== undefined) };
}

/** Of actions that repeat, most are in loops. */
const mostPlaces = 5;
/** Up to so many jobs of a region keep their arguments where they are launched: there they are easiest to read. */
const mostInPlace = 4;

/** Jobs of one region, and transfers of one tensor for a region. */
function groupsOf(actions: readonly Action[]): Group[] {
  const regions = groupedBy(actions, ({ instruction }) => instruction.region);
  const groups = [...regions.values()].flatMap((own) => [...groupedBy(own, ({ tensor }) => tensor).values()]);
  return groups.map((own) => {
    const [first] = own as [Action];
    const common = ownTexts(first).map((text, i) =>
      own.every(({ operands }) => operands[i]?.text === text) ? text : undefined,
    );
    return groupOf(own, common, Math.min(own.length, mostPlaces));
  });
}

function groupOf(actions: readonly Action[], common: Group['common'], places: number): Group {
  const [{ kind, operands }] = actions as [Action];
  const differing = common.filter((text) => text === undefined).length;
  const inline = places * (kind === 'job' ? 34 + 5 * operands.length : 60);
  const routine = kind === 'job' ? 45 + 8 * operands.length : 55;
  const call = 5 + 5 * differing + 2 * Math.max(0, differing - 6);
  const shared = routine + places * call;
  return { actions, common, places, bytes: Math.min(inline, shared), isWorthwhile: shared < inline };
}

/** Joins groups as long as that makes the code smaller, the greatest gain first. */
function merged(groups: Group[]): Group[] {
  const open = [...groups];
  for (;;) {
    let best:
      { readonly gain: number; readonly a: number; readonly b: number; readonly joined: Group } | undefined;
    for (let a = 0; a < open.length; a++) {
      for (let b = a + 1; b < open.length; b++) {
        const [left, right] = [open[a], open[b]] as [Group, Group];
        const common = left.common.map((text, i) => (text === right.common[i] ? text : undefined));
        const joined = groupOf([...left.actions, ...right.actions], common, left.places + right.places);
        const gain = left.bytes + right.bytes - joined.bytes;
        if (gain > (best?.gain ?? 0)) best = { gain, a, b, joined };
      }
    }
    if (!best) return open;
    open[best.a] = best.joined;
    open.splice(best.b, 1);
  }
}

function groupedBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
