import type { Mutant, Random } from './constant-faults.ts';
import { numberIn, type Job } from './faulty-program.ts';
import { shiftRule } from './packed-blocks.ts';

type Fields = (name: string) => number;

/** Kinds of faults in the arguments of a job: which fields they concern, and by how much those are off. */
const kinds: Readonly<
  Record<string, { readonly fields: RegExp; by(value: number, random: Random): number }>
> = {
  'a pad is wrong on one side': {
    fields: /^(pad_(top|right|bottom|left)|top|left)$/,
    by: (value) => (value > 0 ? -1 : 1),
  },
  'the value of the padding is wrong': {
    fields: /^pad_value$/,
    by: (value, random) => (random(2) === 0 && value > 0 ? -value : 1 + random(100)),
  },
  'a tile is one row, column or channel short': {
    fields: /^(rows|columns|channels|output_(rows|columns|channels))$/,
    by: () => -1,
  },
  'a stride is wrong': {
    fields: /^(((input|output)_(row|pixel))|((input|left|right|output)_(row|column|channel)_stride))$/,
    by: (_, random) => [4, -4, 8, -8, 16, -16, 64][random(7)] ?? 4,
  },
  'an address is off': {
    fields: /^(input|left|right|weights|constants|output)$/,
    by: (_, random) => [1, -1, 4, -4, 16, 64][random(6)] ?? 4,
  },
  'a number of the arithmetic is wrong': {
    fields: /^(weight_offset|weight_bits|shift|zero_point|low|high|block_bytes|row_bytes|record_bytes)$/,
    by: (_, random) => (random(2) === 0 ? 1 : -1),
  },
};

export const argumentFaults: readonly string[] = Object.keys(kinds);

/** One fault of a kind in the arguments of one of the jobs; undefined where the job has none of the fields. */
export function argumentFault(kind: string, jobs: readonly Job[], random: Random): Mutant | undefined {
  const own = kinds[kind];
  const index = random(jobs.length);
  const job = jobs[index];
  if (!own || !job) return undefined;
  const names = [...job.fields.keys()].filter((name) => own.fields.test(name));
  const name = names[random(names.length)];
  if (name === undefined) return undefined;
  const value = job.fields.get(name);
  if (value === undefined || (value === 'address') !== (kind === 'an address is off')) return undefined;
  const by = own.by(value === 'address' ? 0 : value, random);
  const reason = unusedIn(job, name, by);
  return {
    kind,
    detail: `${job.kernel} of ${job.instruction.region.region.root.name}, job ${index}: ${name} ${value} by ${by}`,
    fault: { of: 'job', job: index, field: name, by },
    ...(reason !== undefined && { equivalent: reason }),
  };
}

/** Why a field has no say in what a job does, from how the kernel's source uses it. */
function unusedIn(job: Job, name: string, by: number): string | undefined {
  const { kernel } = job;
  const field: Fields = (own) => numberIn(job, own);
  if (kernel === 'ne16_run') return unusedByNe16(field, name);
  return unusedByCluster(kernel, field, name, by);
}

const [conv3x3, depthwise, , linear] = [0, 1, 2, 3];

function unusedByNe16(field: Fields, name: string): string | undefined {
  const mode = field('mode');
  const isLinear = mode === linear;
  const windowed = mode === conv3x3 || mode === depthwise;
  const border = windowed ? 2 : 0;
  const step = field('stride2x2') ? 2 : 1;
  const pads = field('pad_top') + field('pad_right') + field('pad_bottom') + field('pad_left');
  /** Input rows (or columns) that the job reads. */
  const read = (count: number, before: string, behind: string): number =>
    step * (count - 1) + 1 + border - field(before) - field(behind);
  switch (name) {
    case 'output_row':
      return field('rows') === 1 ? 'the tile has one row' : undefined;
    case 'output_pixel':
      return field('columns') === 1 ? 'the tile has one column' : undefined;
    case 'input_row':
      if (isLinear) return 'linear mode has no rows';
      return read(field('rows'), 'pad_top', 'pad_bottom') <= 1 ? 'one row is read' : undefined;
    case 'input_pixel':
      if (isLinear) return field('input_channels') <= 16 ? 'one word is read' : undefined;
      return read(field('columns'), 'pad_left', 'pad_right') <= 1 ? 'one column is read' : undefined;
    case 'pad_value':
      return pads === 0 || !windowed ? 'nothing is padded' : undefined;
    case 'pad_top':
    case 'pad_right':
    case 'pad_bottom':
    case 'pad_left':
      return isLinear ? 'linear mode pads nothing' : undefined;
    case 'block_bytes':
      return field('channels') <= field('block_channels') ? 'there is one block' : undefined;
    case 'shift':
      if (field('scale_bits') === 0) return 'sums leave as they are';
      return field('has_shifts') ? 'every channel has a shift of its own' : undefined;
    default:
      return undefined;
  }
}

/** Kernels that take a tensor element by element, in rows, columns and channels. */
const elementWise = ['cluster_map', 'cluster_quantize', 'cluster_quantized_pair'];

function unusedByCluster(kernel: string, field: Fields, name: string, by: number): string | undefined {
  const windowed = kernel === 'cluster_convolution' || kernel === 'cluster_depthwise';
  const product = windowed || kernel === 'cluster_pointwise';
  /** Does a window reach beyond the input along an axis? */
  const outside = (axis: 'rows' | 'columns', before: string): boolean => {
    const reach = (field(`kernel_${axis}`) - 1) * field(`dilation_${axis}`);
    const last = (field(`output_${axis}`) - 1) * field(`stride_${axis}`) + reach - field(before);
    return field(before) > 0 || last >= field(`input_${axis}`);
  };
  if (elementWise.includes(kernel)) {
    const axis = /_(row|column|channel)_stride$/.exec(name)?.[1];
    if (axis !== undefined && field(`${axis}s`) === 1) return `the tile has one ${axis}`;
    const bound = /^(low|high|zero_point)$/.test(name);
    if (bound && kernel === 'cluster_quantize' && field('to_float') !== 0) return 'floats have no bounds';
    if (bound && kernel === 'cluster_map' && field('operation') !== 0) return 'nothing is scaled';
  }
  if (name === 'zero_point' && kernel === 'cluster_quantized_pair' && field('form') === 0)
    return 'the form has it in its addend';
  if (name === 'zero_point' && field('rule') === shiftRule) return 'the rule has it in its addends';
  if (name === 'output_row_stride' && field('output_rows') === 1) return 'the tile has one row';
  if (name === 'output_column_stride' && field('output_columns') === 1) return 'the tile has one column';
  if (product && name === 'input_row_stride' && field(windowed ? 'input_rows' : 'output_rows') === 1)
    return 'one row is read';
  if (product && name === 'input_column_stride' && field(windowed ? 'input_columns' : 'output_columns') === 1)
    return 'one column is read';
  if (windowed && name === 'pad_value') {
    if (!outside('rows', 'pad_top') && !outside('columns', 'pad_left')) return 'nothing is padded';
    if (by % 256 === 0) return 'the byte is the same';
  }
  if (product && name === 'block_bytes' && field('output_channels') <= field('block_channels'))
    return 'there is one block';
  return undefined;
}
