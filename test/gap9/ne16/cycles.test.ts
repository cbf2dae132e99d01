import test from 'ava';
import {
  jobCycles,
  jobListCycles,
  ne16Assumptions,
  type Ne16Job,
  type Ne16Mode,
} from 'match-compiler/plugins/gap9';

/**
 * Jobs run on the public simulator's model of the engine: operator, output rows and columns, input and output
 * channels, padding on all sides, weight bits, output bits, scale bits (0: none), bias, shift per channel, cycles
 * measured, cycles by the published formula.
 */
type Row = readonly [
  '3x3' | '1x1' | 'dw',
  ...[number, number, number, number, number, number, number, number, number, number, number, number],
];
// prettier-ignore
const measured: readonly Row[] = [
  ['3x3', 3, 3, 16, 32, 0, 8, 8, 8, 1, 0, 326, 343],
  ['3x3', 3, 3, 16, 16, 0, 8, 8, 8, 1, 0, 194, 209],
  ['3x3', 6, 6, 16, 32, 1, 8, 8, 8, 1, 0, 1267, 1372],
  ['3x3', 9, 9, 16, 16, 1, 8, 8, 8, 1, 0, 1669, 1881],
  ['3x3', 5, 5, 32, 32, 1, 8, 8, 8, 1, 0, 2402, 2576],
  ['3x3', 8, 8, 64, 64, 1, 8, 8, 8, 1, 0, 21440, 22428],
  ['3x3', 16, 16, 32, 32, 1, 8, 8, 8, 1, 0, 21900, 23184],
  ['3x3', 32, 32, 16, 16, 1, 8, 8, 8, 1, 0, 22494, 25289],
  ['3x3', 9, 9, 64, 64, 1, 8, 8, 8, 1, 0, 21680, 22428],
  ['3x3', 25, 5, 64, 32, 1, 8, 8, 8, 1, 0, 21435, 22428],
  ['3x3', 24, 24, 3, 8, 1, 8, 8, 8, 1, 0, 7735, 9088],
  ['3x3', 7, 7, 20, 40, 1, 8, 8, 8, 1, 0, 7266, 8055],
  ['3x3', 16, 16, 32, 32, 1, 4, 8, 8, 1, 0, 12684, 13968],
  ['3x3', 16, 16, 32, 32, 1, 2, 8, 8, 1, 0, 8076, 9360],
  ['3x3', 9, 9, 32, 32, 1, 5, 8, 8, 1, 0, 3791, 4068],
  ['3x3', 16, 16, 32, 32, 1, 8, 8, 32, 1, 0, 22764, 24048],
  ['3x3', 16, 16, 32, 32, 1, 8, 8, 16, 1, 0, 22188, 23472],
  ['3x3', 16, 16, 32, 32, 1, 8, 8, 8, 0, 0, 21756, 22752],
  ['3x3', 16, 16, 32, 32, 1, 8, 8, 8, 1, 1, 21936, 23472],
  ['3x3', 16, 16, 32, 32, 1, 8, 8, 8, 1, 0, 21900, 23184],
  ['3x3', 9, 9, 32, 32, 1, 8, 32, 0, 0, 0, 5654, 5778],
  ['3x3', 9, 9, 32, 32, 1, 8, 32, 32, 1, 0, 5978, 6255],
  ['1x1', 3, 3, 16, 32, 0, 8, 8, 8, 1, 0, 90, 107],
  ['1x1', 9, 9, 64, 64, 0, 8, 8, 8, 1, 0, 4920, 5436],
  ['1x1', 25, 5, 64, 64, 0, 8, 8, 8, 1, 0, 9866, 10872],
  ['1x1', 12, 12, 128, 64, 0, 8, 8, 8, 1, 0, 16806, 17984],
  ['1x1', 3, 3, 128, 256, 0, 8, 8, 8, 1, 0, 4206, 4496],
  ['1x1', 6, 6, 128, 128, 0, 8, 8, 8, 1, 0, 8406, 8992],
  ['1x1', 24, 48, 8, 16, 0, 8, 8, 8, 1, 0, 8198, 10880],
  ['1x1', 24, 24, 16, 32, 0, 8, 8, 8, 1, 0, 5382, 6848],
  ['1x1', 12, 12, 32, 64, 0, 8, 8, 8, 1, 0, 4710, 5504],
  ['1x1', 1, 1, 64, 12, 0, 8, 8, 8, 1, 0, 194, 215],
  ['1x1', 1, 1, 128, 128, 0, 8, 8, 8, 1, 0, 2106, 2248],
  ['1x1', 9, 9, 64, 64, 0, 4, 8, 8, 1, 0, 4920, 5436],
  ['1x1', 9, 9, 64, 64, 0, 2, 8, 8, 1, 0, 4920, 5436],
  ['1x1', 9, 9, 64, 64, 0, 8, 8, 32, 1, 0, 5352, 5868],
  ['1x1', 9, 9, 64, 64, 0, 8, 8, 8, 0, 0, 4848, 5220],
  ['1x1', 9, 9, 64, 64, 0, 8, 32, 0, 0, 0, 5172, 5400],
  ['1x1', 9, 9, 64, 40, 0, 8, 32, 0, 0, 0, 4065, 4293],
  ['dw', 3, 3, 16, 16, 0, 8, 8, 8, 1, 0, 204, 225],
  ['dw', 9, 9, 16, 16, 1, 8, 8, 8, 1, 0, 1759, 2025],
  ['dw', 9, 9, 64, 64, 1, 8, 8, 8, 1, 0, 7126, 8100],
  ['dw', 25, 5, 64, 64, 1, 8, 8, 8, 1, 0, 13938, 16200],
  ['dw', 12, 12, 64, 64, 1, 8, 8, 8, 1, 0, 12714, 14400],
  ['dw', 24, 24, 8, 8, 1, 8, 8, 8, 1, 0, 8375, 9600],
  ['dw', 6, 6, 128, 128, 1, 8, 8, 8, 1, 0, 6302, 7200],
  ['dw', 3, 3, 256, 256, 1, 8, 8, 8, 1, 0, 3090, 3600],
  ['dw', 9, 9, 64, 64, 1, 4, 8, 8, 1, 0, 4822, 5796],
  ['dw', 9, 9, 64, 64, 1, 2, 8, 8, 1, 0, 3670, 4644],
  ['dw', 9, 9, 64, 64, 1, 8, 8, 32, 1, 0, 7882, 8532],
  ['dw', 9, 9, 64, 64, 1, 8, 8, 8, 0, 0, 6982, 7740],
  ['dw', 9, 9, 64, 64, 1, 8, 8, 8, 1, 1, 7162, 8388],
  ['dw', 9, 9, 32, 32, 1, 8, 32, 0, 0, 0, 3530, 3798],
];

const modes: Readonly<Record<Row[0], Ne16Mode>> = {
  '3x3': 'conv3x3',
  '1x1': 'conv1x1',
  dw: 'depthwise3x3',
};

test('all 53 jobs take what was measured and what was published', (t) => {
  t.is(measured.length, 53);
  for (const row of measured) {
    const [operator, rows, columns, inputs, outputs, pad, weightBits, outputBits, scaleBits, bias, shift] =
      row;
    const job: Ne16Job = {
      mode: modes[operator],
      rows,
      columns,
      padBottom: pad,
      padRight: pad,
      inputChannels: inputs,
      outputChannels: outputs,
      weightBits,
      scaleBits: scaleBits as Ne16Job['scaleBits'],
      bias: bias === 1,
      channelShift: shift === 1,
      outputBits: outputBits as Ne16Job['outputBits'],
    };
    t.is(jobCycles(job, 'measured'), row[11], row.join(' '));
    t.is(jobCycles(job, 'published'), row[12], row.join(' '));
  }
});

const plain = {
  padBottom: 0,
  padRight: 0,
  weightBits: 8,
  scaleBits: 8,
  bias: true,
  channelShift: false,
  outputBits: 8,
} as const;

for (const [inputs, outputs, weightBits, cycles] of [
  [256, 32, 8, 313],
  [256, 128, 8, 1234],
  [512, 64, 8, 1208],
  [256, 32, 4, 185],
] as const) {
  test(`linear ${inputs} to ${outputs} with ${weightBits}-bit weights takes what was measured`, (t) => {
    const job: Ne16Job = {
      ...plain,
      mode: 'linear',
      rows: 1,
      columns: 1,
      inputChannels: inputs,
      outputChannels: outputs,
      weightBits,
    };
    t.is(jobCycles(job, 'measured'), cycles);
  });
}

/** Queued jobs: how many, of what, cycles measured from the first programming on. */
const lists: readonly (readonly [number, Ne16Job, number])[] = [
  [16, strided(16, 32), 5428],
  [16, strided(32, 32), 10210],
  [4, strided(64, 64), 10031],
  [8, { ...plain, mode: 'conv1x1', rows: 9, columns: 9, inputChannels: 64, outputChannels: 64 }, 8 * 4946],
  [16, { ...plain, mode: 'conv1x1', rows: 3, columns: 3, inputChannels: 16, outputChannels: 32 }, 16 * 109],
];

/** A job of stride 2: one subtile, of which 2×2 outputs are kept. */
function strided(inputs: number, outputs: number): Ne16Job {
  return { ...plain, mode: 'conv3x3', rows: 3, columns: 3, inputChannels: inputs, outputChannels: outputs };
}

test('queued jobs take what was measured, to a percent', (t) => {
  for (const [count, job, cycles] of lists) {
    const predicted = jobListCycles([{ job, count }], 'measured');
    // The last one is short jobs: programming all the time, with nothing to amortise.
    const dispatch = cycles === 16 * 109 ? 0 : 246;
    t.true(Math.abs(dispatch + predicted - cycles) <= 0.012 * cycles, `${predicted} for ${cycles}`);
  }
});

test('one job alone takes its own cycles, however short', (t) => {
  const job: Ne16Job = {
    ...plain,
    mode: 'conv1x1',
    rows: 1,
    columns: 1,
    inputChannels: 3,
    outputChannels: 4,
  };
  for (const costs of ['measured', 'published'] as const) {
    t.is(jobListCycles([{ job, count: 1 }], costs), jobCycles(job, costs));
  }
});

test('every figure of the cost models names its source', (t) => {
  for (const costs of ['measured', 'published'] as const) {
    for (const { value, unit, source } of ne16Assumptions(costs)) {
      t.true(value > 0);
      t.is(unit, 'cycles');
      t.true(source.length > 10);
    }
  }
});
