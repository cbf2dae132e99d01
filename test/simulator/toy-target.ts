import {
  bytesOf,
  defineTarget,
  ops,
  pattern,
  rowMajor,
  type JobKernel,
  type KernelCall,
  type ModulePattern,
  type Region,
  type Target,
  type TiledOperand,
  type Tiling,
} from 'match-compiler';
import { portablePatterns } from 'match-compiler/plugins/host';
import { simulatorPlatform } from 'match-compiler/plugins/simulator';
import { combineKernel, extentsOf, invertKernel } from './toy-kernels.ts';

export interface ToyOptions {
  readonly contention?: Target['contention'];
  readonly vectorDepth?: number;
  /** The controller waits for every job of the vector units. */
  readonly synchronous?: boolean;
  /** In place of the one that is right. */
  readonly combine?: JobKernel;
}

/** A core, a team of four vector units and an inverter, with a scratchpad that two channels fill and empty. */
export function toyTarget({
  contention,
  vectorDepth = 2,
  combine = combineKernel,
  synchronous = false,
}: ToyOptions = {}): Target {
  return defineTarget({
    name: 'toy',
    description: 'made for tests',
    memories: {
      l1: {
        bytes: 4096,
        alignment: 8,
        access: 'read-write',
        links: [
          {
            to: 'l2',
            bytesPerCycle: 4,
            startCycles: 20,
            rowCycles: 1.5,
            burstBytes: 16,
            enqueueCycles: 7,
            channel: 'dma-out',
          },
        ],
      },
      l2: {
        bytes: 65536,
        alignment: 8,
        access: 'read-write',
        links: [
          {
            to: 'l1',
            bytesPerCycle: 6.4,
            startCycles: 30,
            rowCycles: 0,
            enqueueCycles: 5,
            channel: 'dma-in',
          },
        ],
      },
    },
    homes: { activations: 'l2', constants: 'l2' },
    modules: [
      {
        name: 'core',
        description: 'the controller',
        operands: { activations: 'l2', constants: 'l2' },
        queueDepth: 0,
        dispatchCycles: 3,
        patterns: portablePatterns,
      },
      {
        name: 'vector',
        description: 'a team',
        operands: { activations: 'l1', constants: 'l1' },
        queueDepth: vectorDepth,
        workers: 4,
        dispatchCycles: 11,
        patterns: [xorPattern, andPattern].map((own) => ({ ...own, kernel: combine, synchronous })),
      },
      {
        name: 'inverter',
        description: 'an accelerator',
        operands: { activations: 'l1', constants: 'l1' },
        queueDepth: 1,
        dispatchCycles: 17,
        patterns: [invertPattern],
      },
    ],
    contention: contention ?? { vector: { 'dma-in': 1.15, inverter: 1.3 }, 'dma-in': { vector: 1.1 } },
    packings: {},
    platforms: { sim: simulatorPlatform() },
  });
}

function layouts({ inputs, constants, outputs }: Region): ReturnType<ModulePattern['layouts']> {
  const plain = (values: Region['inputs']) => values.map((value) => rowMajor(value.type.shape.length));
  return [{ inputs: plain(inputs), constants: plain(constants), outputs: plain(outputs) }];
}

/** Rows by columns of bytes, tiled both ways; constants are cut by rows alone. */
function tiling({ inputs, constants, outputs }: Region): Tiling {
  const [rows = 1, columns = 1] = outputs[0]?.type.shape ?? [];
  const operand: TiledOperand = {
    axes: [
      { extent: rows, bytes: columns, dimension: 'oy' },
      { extent: columns, bytes: 1, dimension: 'ox' },
    ],
    bytes: rows * columns,
  };
  return {
    dimensions: [
      { name: 'oy', extent: rows, granule: 1, reduction: false },
      { name: 'ox', extent: columns, granule: 1, reduction: false },
    ],
    inputs: inputs.map(() => operand),
    constants: constants.map(() => operand),
    outputs: outputs.map(() => operand),
  };
}

function cycles(perByte: number): (call: KernelCall) => number {
  return (call) => {
    const { rows, columns } = extentsOf(call);
    return 10 + rows * columns * perByte;
  };
}

const xorPattern: ModulePattern = {
  name: 'xor',
  pattern: pattern.op(ops.bitwiseXor),
  layouts,
  tiling,
  cycles: cycles(0.3),
  kernel: combineKernel,
};

const andPattern: ModulePattern = {
  name: 'and',
  pattern: pattern.op(ops.bitwiseAnd),
  layouts,
  tiling,
  pack: ({ region }) => {
    const [constant] = region.constants;
    if (!constant?.constant) throw new TypeError('there is nothing to pack');
    return bytesOf(constant.constant.data);
  },
  cycles: cycles(0.25),
  kernel: combineKernel,
};

const invertPattern: ModulePattern = {
  name: 'invert',
  pattern: pattern.op(ops.bitwiseNot),
  layouts,
  tiling,
  cycles: cycles(0.7),
  scratch: (call) => [{ memory: 'l1', bytes: extentsOf(call).columns, alignment: 8 }],
  kernel: invertKernel,
};
