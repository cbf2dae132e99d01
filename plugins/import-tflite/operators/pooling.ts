import { ops, type Value } from 'match-compiler';
import { operatorQuantization, typesUnsupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import {
  fusedActivation,
  isQuantizedType,
  limited,
  quantizedBounds,
  sameScale,
  type RealBounds,
} from '../quantized.ts';
import type { OperatorTable } from './handler.ts';
import { windowOf, type Window } from './window.ts';

/** Field ids of Pool2DOptions, beyond padding and strides. */
const fields = { filterW: 3, filterH: 4, activation: 5 } as const;

interface Pool {
  readonly x: Value;
  readonly window: Window;
  /** Bounds in the type of the elements. */
  readonly activation: RealBounds;
  readonly quantized: boolean;
}

function poolOf(operator: OperatorImport): Pool {
  const options = operator.options('Pool2D');
  const input = operator.input(0);
  const x = operator.channelsFirst(input);
  const kernel: [number, number] = [options?.int32(fields.filterH) ?? 0, options?.int32(fields.filterW) ?? 0];
  const window = windowOf(operator, options, input.type.shape, kernel);
  const activation = fusedActivation(operator, options, fields.activation);
  const { dtype } = input.type;
  if (dtype === 'float32') return { x, window, activation, quantized: false };
  if (!isQuantizedType(dtype)) throw typesUnsupported(operator, dtype);
  const output = operator.outputScale();
  // The kernels keep the integers as they are.
  if (!sameScale(operator.inputScale(0), output)) {
    throw operatorQuantization(operator, operator.node, 'has another scale than the input');
  }
  return { x, window, activation: quantizedBounds(activation, output), quantized: true };
}

function importMaxPool(operator: OperatorImport): Value {
  const { x, window, activation } = poolOf(operator);
  const pooled = operator.add(ops.maxPool2d, [x], { ...window, ceilMode: false }, 'pool');
  return operator.channelsLastResult(limited(operator, pooled, activation));
}

/** Padding does not count; integers are rounded with ties away from zero. */
function importAveragePool(operator: OperatorImport): Value {
  const { x, window, activation, quantized } = poolOf(operator);
  const { kernel, strides, pads } = window;
  const rounding = quantized ? 'half-away' : 'float';
  const attributes = { kernel, strides, pads, ceilMode: false, countIncludePad: false, rounding } as const;
  const pooled = operator.add(ops.averagePool2d, [x], attributes, 'pool');
  return operator.channelsLastResult(limited(operator, pooled, activation));
}

export const pools: OperatorTable = { MAX_POOL_2D: importMaxPool, AVERAGE_POOL_2D: importAveragePool };
