import type { KernelCall } from '../target/target.ts';
import type { Instruction, KernelInstruction, Slice, TileStep } from './program.ts';

type FlatInstruction = Exclude<Instruction, { kind: 'loop' }>;

/** Longest body that is looked for, in instructions and loops. */
const longestPeriod = 96;
/** A body that runs but twice is worth a loop from this many instructions and loops. */
const shortestPair = 4;

/**
 * Rolls repetitions of straight-line code into loops, nested ones included: instructions that are equal but for
 * byte offsets and tile starts, which grow evenly. The result unrolls to the same instructions. Loops are named by
 * their depth. Cost: about the number of instructions times the longest period, per level of nesting.
 */
export function rollLoops(instructions: readonly FlatInstruction[]): readonly Instruction[] {
  const signatures = new Signatures();
  let items: readonly Item[] = instructions.map((leaf) => signatures.item(leaf));
  for (const [least, shortest] of [
    [3, 1],
    [2, shortestPair],
  ] as const) {
    for (let before = Infinity; items.length < before;) {
      before = items.length;
      const longest = Math.min(longestPeriod, Math.floor(items.length / least));
      for (let period = shortest; period <= longest; period++) {
        items = rollPeriod(items, period, least, signatures);
      }
    }
  }
  return items.map((item) => write(item, []));
}

/** An instruction or a loop. Items with equal signatures differ in `values` alone. */
interface Item {
  readonly signature: number;
  /** Byte offsets and tile starts, in a fixed order. */
  readonly values: readonly number[];
  readonly content: FlatInstruction | Repetition;
}

interface Repetition {
  readonly kind: 'loop';
  readonly count: number;
  /** As in the first iteration. */
  readonly body: readonly Item[];
  /** Per item of the body: by how much its values grow per iteration. */
  readonly steps: readonly (readonly number[])[];
}

/** One pass over the list: every run of at least `least` equal bodies of `period` items becomes a loop. */
function rollPeriod(
  items: readonly Item[],
  period: number,
  least: number,
  signatures: Signatures,
): readonly Item[] {
  const alike = (k: number): boolean =>
    k + period < items.length && items[k]?.signature === items[k + period]?.signature;
  const rolled: Item[] = [];
  let at = 0;
  // Up to here a match has been ruled out or confirmed already.
  let matched = 0;
  while (at < items.length) {
    matched = Math.max(matched, at);
    while (matched < at + period && alike(matched)) matched++;
    if (matched < at + period) {
      // No body that contains the mismatch can repeat.
      while (at <= matched && at < items.length) rolled.push(items[at++] as Item);
      continue;
    }
    let even = at;
    while (alike(even) && alike(even + period) && growsEvenly(items, even, period)) even++;
    const count = 2 + Math.floor((even - at) / period);
    if (count < least) {
      rolled.push(items[at++] as Item);
      continue;
    }
    rolled.push(
      signatures.loop(count, items.slice(at, at + period), items.slice(at + period, at + 2 * period)),
    );
    at += count * period;
  }
  return rolled;
}

function growsEvenly(items: readonly Item[], at: number, period: number): boolean {
  const a = items[at]?.values ?? [];
  const b = items[at + period]?.values ?? [];
  const c = items[at + 2 * period]?.values ?? [];
  for (let i = 0; i < a.length; i++) {
    if ((c[i] ?? 0) - (b[i] ?? 0) !== (b[i] ?? 0) - (a[i] ?? 0)) return false;
  }
  return true;
}

class Signatures {
  readonly #known = new Map<string, number>();
  readonly #regions = new Map<object, number>();
  readonly #buffers = new Map<object, number>();

  item(leaf: FlatInstruction): Item {
    switch (leaf.kind) {
      case 'wait':
        return { signature: this.#intern(`wait ${leaf.token}`), values: [], content: leaf };
      case 'transfer': {
        const { from, to, token, region } = leaf;
        const text = `transfer ${token} ${region ? this.#region(region) : ''} ${this.#slice(from)} ${this.#slice(to)}`;
        return { signature: this.#intern(text), values: [from.offset.base, to.offset.base], content: leaf };
      }
      case 'call':
      case 'launch':
        return this.#kernel(leaf);
    }
  }

  loop(count: number, body: readonly Item[], second: readonly Item[]): Item {
    const steps = body.map(({ values }, k) => values.map((value, i) => (second[k]?.values[i] ?? 0) - value));
    const text = `loop ${count} ${body.map(({ signature }, k) => `${signature}:${steps[k]?.join()}`).join(' ')}`;
    return {
      signature: this.#intern(text),
      values: body.flatMap(({ values }) => values),
      content: { kind: 'loop', count, body, steps },
    };
  }

  #kernel(leaf: KernelInstruction): Item {
    const slices = slicesOf(leaf);
    const { kind, token, region, cycles, dispatchCycles, strides, overlaps, tile } = leaf;
    const ranges = Object.entries(tile.ranges);
    const text = JSON.stringify([
      kind,
      token,
      this.#region(region),
      cycles,
      dispatchCycles,
      strides,
      ranges.map(([name, { extent }]) => [name, extent]),
      slices.map((slice) => this.#slice(slice)),
      [leaf.inputs.length, leaf.constants.length, leaf.outputs.length],
      overlaps.map(({ input, output, lead }) => [
        this.#number(this.#buffers, input),
        this.#number(this.#buffers, output),
        lead,
      ]),
      ranges.length > 0 ? argumentsOf(leaf) : [],
    ]);
    const values = [...slices.map(({ offset }) => offset.base), ...ranges.map(([, { start }]) => start)];
    return { signature: this.#intern(text), values, content: leaf };
  }

  #slice({ buffer, rowBytes, rows, rowStride, planes }: Slice): string {
    const outer = planes ? ` ${planes.count} ${planes.stride}` : '';
    return `${this.#number(this.#buffers, buffer)} ${rowBytes} ${rows} ${rowStride}${outer}`;
  }

  #region(region: object): number {
    return this.#number(this.#regions, region);
  }

  #number(known: Map<object, number>, object: object): number {
    const number = known.get(object) ?? known.size;
    known.set(object, number);
    return number;
  }

  #intern(text: string): number {
    const number = this.#known.get(text) ?? this.#known.size;
    this.#known.set(text, number);
    return number;
  }
}

/** What the kernel is told about its tile beside addresses. */
function argumentsOf({ region, tile, strides }: KernelInstruction): unknown {
  const { kernel } = region.pattern;
  const call: KernelCall = {
    region: region.region,
    layouts: region.schedule.layouts,
    tile,
    ...(strides && { strides }),
  };
  if (kernel.kind === 'job') return kernel.fields(call);
  const { name, holes, flags, parameters } = kernel.instantiate(call);
  return [name, holes, flags, parameters];
}

function slicesOf({ inputs, constants, outputs, scratch }: KernelInstruction): readonly Slice[] {
  return [...inputs, ...constants, ...outputs, ...scratch];
}

/** A loop around an item, with the growth of the item's values. */
interface Around {
  readonly loop: string;
  readonly steps: readonly number[];
}

function write({ content }: Item, around: readonly Around[]): Instruction {
  if (content.kind !== 'loop') return around.length === 0 ? content : withTerms(content, around);
  const name = `i${around.length}`;
  let at = 0;
  const body = content.body.map((item, k) => {
    const end = at + item.values.length;
    const inner = around.map(({ loop, steps }) => ({ loop, steps: steps.slice(at, end) }));
    at = end;
    return write(item, [...inner, { loop: name, steps: content.steps[k] ?? [] }]);
  });
  return { kind: 'loop', name, count: content.count, body };
}

function withTerms(leaf: FlatInstruction, around: readonly Around[]): Instruction {
  let at = 0;
  const stepsAt = (i: number): { readonly loop: string; readonly step: number }[] =>
    around.flatMap(({ loop, steps }) => {
      const step = steps[i] ?? 0;
      return step === 0 ? [] : [{ loop, step }];
    });
  const place = (slice: Slice): Slice => ({
    ...slice,
    offset: { base: slice.offset.base, terms: stepsAt(at++) },
  });
  if (leaf.kind === 'wait') return leaf;
  if (leaf.kind === 'transfer') return { ...leaf, from: place(leaf.from), to: place(leaf.to) };
  const placed = {
    ...leaf,
    inputs: leaf.inputs.map(place),
    constants: leaf.constants.map(place),
    outputs: leaf.outputs.map(place),
    scratch: leaf.scratch.map(place),
  };
  const tileSteps = Object.keys(leaf.tile.ranges).flatMap((dimension): TileStep[] =>
    stepsAt(at++).map((term) => ({ dimension, ...term })),
  );
  return tileSteps.length > 0 ? { ...placed, tileSteps } : placed;
}
