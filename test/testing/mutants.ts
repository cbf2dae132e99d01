import type {
  ExecutionModule,
  JobField,
  JobKernel,
  KernelCall,
  LayoutChoice,
  ModulePattern,
  OperandAxis,
  Region,
  Scratch,
  Target,
  Tiling,
} from 'match-compiler';
import { rowMajor } from 'match-compiler';
import { Random } from '../gap9/cluster/random.ts';

/** A copy of a target with one fault in it. */
export interface Mutant {
  readonly kind: string;
  readonly name: string;
  /** `module.pattern` that has it. */
  readonly pattern: string;
  readonly target: Target;
}

/** Faults that are tried, from a seed that the samples were not chosen by. */
export const mutantCount = 120;
export const mutantSeed = 48611;

type Change = { readonly name: string; readonly changed: ModulePattern } | undefined;
type Kind = (pattern: ModulePattern, random: Random) => Change;

/** Pieces of C and what each is mistaken for. */
const slips: readonly (readonly [RegExp, readonly string[]])[] = [
  [/ < /g, [' <= ']],
  [/ >= /g, [' > ']],
  [/ \+ /g, [' - ']],
  [/ - /g, [' + ']],
  [/ \* /g, [' + ']],
  [/ \+= /g, [' -= ', ' = ']],
  [/ && /g, [' || ']],
  [/\b8\b/g, ['7', '9']],
  [/\b12\b/g, ['8', '16']],
  [/\b4\b/g, ['8', '0']],
  [/\brows\b/g, ['columns']],
  [/\bcolumns\b/g, ['rows']],
  [/stride_rows/g, ['stride_columns']],
  [/pad_top/g, ['pad_left']],
  [/pad_left/g, ['pad_top']],
  [/kernel_rows/g, ['kernel_columns']],
  [/input_row\b/g, ['input_pixel']],
  [/output_pixel/g, ['output_row']],
  [/job->low/g, ['job->high']],
  [/a_zero_point/g, ['b_zero_point']],
  [/b_shift/g, ['a_shift']],
  [/b_multiplier/g, ['a_multiplier']],
  [/input_zero_point/g, ['zero_point']],
  [/int8_t \*window/g, ['uint8_t *window']],
];

function jobOf({ kernel }: ModulePattern): JobKernel {
  if (kernel.kind !== 'job') throw new TypeError('no job');
  return kernel;
}

/** A slip in the function's text: comments, struct and what follows from the worker's number stay. */
const kernelText: Kind = (pattern, random) => {
  const kernel = jobOf(pattern);
  const { text } = kernel.source;
  const body = text.indexOf('};') + 2;
  const [from, to] = random.pick(slips);
  const places = [...text.matchAll(from)].filter(({ index }) => {
    const line = text.slice(text.lastIndexOf('\n', index) + 1, text.indexOf('\n', index));
    return index > body && !line.includes('/*') && !line.startsWith(' *') && !line.includes('arguments;');
  });
  if (places.length === 0) return undefined;
  const place = random.pick(places);
  const wanted = random.pick(to);
  const changed = text.slice(0, place.index) + wanted + text.slice(place.index + place[0].length);
  const line = text.slice(0, place.index).split('\n').length;
  return {
    name: `line ${line}: '${place[0].trim()}' is '${wanted.trim()}'`,
    changed: { ...pattern, kernel: { ...kernel, source: { ...kernel.source, text: changed } } },
  };
};

/** A number of the arguments that is off, or two that are swapped. */
const argument: Kind = (pattern, random) => {
  const kernel = jobOf(pattern);
  const at = random.integer(0, 30);
  const delta = random.pick([1, -1, 2, 16]);
  const swap = random.integer(0, 2) === 0;
  const fields = (call: KernelCall): readonly JobField[] => {
    const own = kernel.fields(call);
    const numbers = own.flatMap((field, i) => ('value' in field ? [i] : []));
    const [i = 0, k = 0] = [numbers[at % numbers.length], numbers[(at + 1) % numbers.length]];
    return own.map((field, j) => {
      const other = own[j === i ? k : i];
      if (!('value' in field) || !other || !('value' in other)) return field;
      if (swap) return j === i || j === k ? { ...field, value: other.value } : field;
      return j === i ? { ...field, value: Number(field.value) + delta } : field;
    });
  };
  return {
    name: swap ? `values ${at} and ${at + 1} swapped` : `value ${at} off by ${delta}`,
    changed: { ...pattern, kernel: { ...kernel, fields } },
  };
};

const packing: Kind = (pattern, random) => {
  if (!pattern.pack) return undefined;
  const pack = (call: KernelCall): Uint8Array => pattern.pack?.(call) ?? new Uint8Array();
  const at = random.next();
  const ways: Readonly<Record<string, (call: KernelCall) => Uint8Array>> = {
    'one bit': (call) =>
      pack(call).map((byte, i, all) => (i === Math.floor(at * all.length) ? byte ^ 64 : byte)),
    'one byte missing': (call) => pack(call).slice(1),
    'one byte more': (call) => Uint8Array.of(...pack(call), 0),
    'bytes one off': (call) => pack(call).map((_, i, all) => all[(i + 1) % all.length] ?? 0),
    'words in the other order': (call) => pack(call).map((_, i, all) => all[i ^ 3] ?? 0),
    'shares from the first channel on': (call) => {
      const oc = call.tile.ranges['oc'];
      return pack(oc ? { ...call, tile: { ranges: { oc: { ...oc, start: 0 } } } } : call);
    },
    'shares whole': (call) => pack({ ...call, tile: { ranges: {} } }),
    'last eighth zero': (call) => pack(call).map((byte, i, all) => (i >= (7 * all.length) / 8 ? 0 : byte)),
    'halves swapped': (call) =>
      pack(call).map((_, i, all) => all[(i + 4 * Math.floor(all.length / 8)) % all.length] ?? 0),
  };
  const name = random.pick(Object.keys(ways));
  return { name, changed: { ...pattern, pack: ways[name] ?? pack } };
};

const nth = <T>(items: readonly T[], index: number): T | undefined => items[index % items.length];

/** One number of one axis of one operand. */
const tiles: Kind = (pattern, random) => {
  if (!pattern.tiling) return undefined;
  const role = random.pick(['inputs', 'constants', 'outputs'] as const);
  const index = random.integer(0, 2);
  const key = random.pick(['step', 'window', 'before', 'bytes', 'extent', 'per', 'dimension'] as const);
  const delta = random.pick([1, -1]);
  // Without a dimension an axis is always whole, whatever these say.
  const matters = ({ dimension }: OperandAxis): boolean =>
    dimension !== undefined || !['step', 'window', 'before', 'per'].includes(key);
  const alter = (axis: OperandAxis): OperandAxis => {
    if (key === 'dimension')
      return { ...axis, dimension: axis.dimension === 'oy' ? 'ox' : axis.dimension === 'ox' ? 'oc' : 'oy' };
    const before = axis[key] ?? (key === 'before' ? 0 : 1);
    return { ...axis, [key]: before + delta };
  };
  const changed = (region: Region, layouts: LayoutChoice): Tiling => {
    const own = pattern.tiling?.(region, layouts) ?? {
      dimensions: [],
      inputs: [],
      constants: [],
      outputs: [],
    };
    return {
      ...own,
      [role]: own[role].map((operand) => ({
        ...operand,
        axes: operand.axes.map((axis) =>
          axis === nth(operand.axes.filter(matters), index) ? alter(axis) : axis,
        ),
      })),
    };
  };
  return { name: `${role}, axis ${index}: ${key} off by ${delta}`, changed: { ...pattern, tiling: changed } };
};

/** One reason for which nothing is refused any more, or a refusal without one. */
const constraint: Kind = (pattern, random) => {
  const reasons = ['rule', 'int8', 'weights', 'batch', 'groups', 'dilated', 'sums up', 'one shape'];
  const reason = random.pick(reasons);
  const silent = random.integer(0, 6) === 0;
  if (!silent && (pattern.name === 'add') !== ['rule', 'int8', 'one shape'].includes(reason))
    return undefined;
  const constraints = (pattern.constraints ?? []).map((own): typeof own => (region, graph) => {
    const answer = own(region, graph);
    if (answer === true) return true;
    return silent ? '' : answer.includes(reason) ? true : answer;
  });
  return {
    name: silent ? 'refuses without a reason' : `what is refused for '${reason}' is taken`,
    changed: { ...pattern, constraints },
  };
};

const cost: Kind = (pattern, random) => {
  const cycles = (call: KernelCall): number => pattern.cycles(call);
  let calls = 0;
  const ways: Readonly<Record<string, Partial<ModulePattern>>> = {
    'negative for small tiles': { cycles: (call) => cycles(call) - 200 },
    'not a number for tiles': {
      cycles: (call) =>
        Object.keys(call.tile.ranges).length > 0 || pattern.name === 'add' ? NaN : cycles(call),
    },
    infinite: { cycles: (call) => cycles(call) * Infinity },
    'another one each time': { cycles: (call) => cycles(call) + (calls++ % 7) },
    'handed over in no time, and less': { dispatchCycles: () => -5 },
    'least cycles above': { leastCycles: (call) => 2 * cycles(call) + 1 },
    ...(pattern.tiling && { 'below the bound': { cycles: (call: KernelCall) => cycles(call) / 50 } }),
  };
  const name = random.pick(Object.keys(ways));
  return { name, changed: { ...pattern, ...ways[name] } };
};

const scratch: Kind = (pattern, random) => {
  if (!pattern.scratch) return undefined;
  const own = (call: KernelCall): readonly Scratch[] => pattern.scratch?.(call) ?? [];
  const ways: Readonly<Record<string, ModulePattern['scratch']>> = {
    'one byte short': (call) => own(call).map((need) => ({ ...need, bytes: need.bytes - 1 })),
    half: (call) => own(call).map((need) => ({ ...need, bytes: Math.floor(need.bytes / 2) })),
    'in a memory without': (call) => own(call).map((need) => ({ ...need, memory: 'flash' })),
    'aligned to three': (call) => own(call).map((need) => ({ ...need, alignment: 3 })),
    none: () => [],
    fraction: (call) => own(call).map((need) => ({ ...need, bytes: need.bytes + 0.5 })),
  };
  const name = random.pick(Object.keys(ways));
  return { name, changed: { ...pattern, scratch: ways[name] ?? own } };
};

const layouts: Kind = (pattern, random) => {
  const role = random.pick(['inputs', 'outputs'] as const);
  const none = random.integer(0, 3) === 0;
  const changed: ModulePattern['layouts'] = (region) =>
    pattern.layouts(region).map((choice, i) => ({
      ...choice,
      [role]: none
        ? []
        : choice[role].map((layout, k) =>
            i + k > 0 || pattern.pack ? rowMajor(region[role][k]?.type.shape.length ?? 0) : layout,
          ),
    }));
  return { name: none ? `none for ${role}` : `${role} row-major`, changed: { ...pattern, layouts: changed } };
};

const kinds: Readonly<Record<string, { readonly share: number; readonly make: Kind }>> = {
  kernel: { share: 9, make: kernelText },
  argument: { share: 5, make: argument },
  packing: { share: 4, make: packing },
  tiling: { share: 4, make: tiles },
  constraint: { share: 2, make: constraint },
  cost: { share: 2, make: cost },
  scratch: { share: 2, make: scratch },
  layout: { share: 1, make: layouts },
};

/** `count` different faults in the patterns of two modules, the same ones for the same seed. */
export function mutantsOf(target: Target, count: number, seed: number): readonly Mutant[] {
  const random = new Random(seed);
  const mutants = new Map<string, Mutant>();
  const names = Object.entries(kinds).flatMap(([kind, { share }]) => new Array<string>(share).fill(kind));
  for (let tries = 0; mutants.size < count && tries < 100 * count; tries++) {
    const kind = random.pick(names);
    // The accelerator has more that can be wrong.
    const module = target.modules.find(({ name }) => name === random.pick(['matrix', 'matrix', 'vector']));
    const pattern = module && random.pick(module.patterns);
    const change = pattern && kinds[kind]?.make(pattern, random);
    if (!module || !pattern || !change) continue;
    const name = `${module.name}.${pattern.name}: ${kind}: ${change.name}`;
    const other = replaced(module, pattern, change.changed);
    mutants.set(name, {
      kind,
      name,
      pattern: `${module.name}.${pattern.name}`,
      target: { ...target, modules: target.modules.map((own) => (own === module ? other : own)) },
    });
  }
  return [...mutants.values()];
}

function replaced(module: ExecutionModule, pattern: ModulePattern, by: ModulePattern): ExecutionModule {
  return { ...module, patterns: module.patterns.map((own) => (own === pattern ? by : own)) };
}
