import { MatchError } from '../diagnostics/diagnostic.ts';
import { integerRange, isWide, type DataType } from '../ir/data-type.ts';
import type { GraphEditor } from '../ir/graph-editor.ts';
import type { SourceLocation, Value } from '../ir/graph.ts';
import { tensor, type Quantization } from '../ir/tensor.ts';
import type { Rounding } from '../compiler/options.ts';
import { requantize, type RequantizeAttributes } from '../ops/requantize.ts';
import { quantizeMultiplier, type QuantizedMultiplier } from './requantize.ts';

/** What a requantization stands for, in real numbers. */
export interface RequantizeRequest {
  readonly inputScale: number;
  /** One, or one per index of `axis`. */
  readonly weightScales: readonly number[];
  readonly outputScale: number;
  readonly axis: number;
  readonly zeroPoint: number;
  readonly dtype: DataType;
  /** Bounds after the zero point; those of `dtype` when absent. */
  readonly min?: number;
  readonly max?: number;
  /** What made the accumulator: some rules differ by operator. */
  readonly operator: 'conv' | 'depthwise' | 'dense' | 'pool' | 'other';
  /** Subtracted from the accumulator first; 0 when absent. */
  readonly inputZeroPoint?: number;
}

export interface RequantizeNaming {
  readonly name: string;
  readonly loc: readonly SourceLocation[];
  readonly quantization?: Quantization;
}

/**
 * Adds the requantization of an accumulator under a named rounding rule, with its constants.
 * @throws {MatchError} REQUANTIZE_SCALE when a scale is not positive and finite or the factor is 2^30 or more
 */
export function requantizeTo(
  editor: GraphEditor,
  acc: Value,
  request: RequantizeRequest,
  rounding: Rounding,
  naming: RequantizeNaming,
): Value {
  const { inputScale, weightScales, outputScale, dtype } = request;
  const scales = [inputScale, outputScale, ...weightScales];
  if (!scales.every((scale) => scale > 0 && Number.isFinite(scale))) {
    throw scaleError(
      naming,
      `scales must be positive and finite: ${scales.find((scale) => !(scale > 0 && scale < Infinity))}`,
    );
  }
  const range = integerRange(dtype);
  const attributes: Omit<RequantizeAttributes, 'rule'> = {
    axis: request.axis,
    inputZeroPoint: request.inputZeroPoint ?? 0,
    zeroPoint: request.zeroPoint,
    min: request.min ?? range.min,
    max: request.max ?? range.max,
    dtype,
  };
  const options = {
    name: naming.name,
    loc: naming.loc,
    types: [
      { dtype, shape: acc.type.shape, ...(naming.quantization && { quantization: naming.quantization }) },
    ],
  };
  const count = weightScales.length;
  if (rounding === 'real-even') {
    const numerators = weightScales.map((scale) => inputScale * scale);
    const numerator = editor.constant(`${naming.name}.numerator`, tensor('float64', [count], numerators));
    return editor.add1(
      requantize,
      [acc, numerator],
      { rule: 'real-even', ...attributes, denominator: outputScale },
      options,
    );
  }
  const wide = isWide(acc.type.dtype);
  const factors = weightScales.map((scale) => multiplierOf((inputScale * scale) / outputScale, wide, naming));
  const multiplier = editor.constant(
    `${naming.name}.multiplier`,
    tensor(
      'int32',
      [count],
      factors.map((factor) => factor.multiplier),
    ),
  );
  const shift = editor.constant(
    `${naming.name}.shift`,
    tensor(
      'int8',
      [count],
      factors.map((factor) => factor.shift),
    ),
  );
  const rule = roundsTwice(rounding, request.operator) && !wide ? 'double' : 'single';
  return editor.add1(requantize, [acc, multiplier, shift], { rule, ...attributes }, options);
}

function roundsTwice(rounding: Rounding, operator: RequantizeRequest['operator']): boolean {
  return rounding === 'tflm-double' || (rounding === 'tflite-builtin' && operator === 'depthwise');
}

/**
 * 64-bit accumulators take the upper 16 bits of the multiplier alone, rounded, as TFLite does for int16
 * activations: the product then fits 64 bits.
 */
function multiplierOf(real: number, wide: boolean, naming: RequantizeNaming): QuantizedMultiplier {
  if (!(real < 2 ** 30)) throw scaleError(naming, `the factor ${real} is too large for a 31-bit multiplier`);
  const { multiplier, shift } = quantizeMultiplier(real);
  if (!wide) return { multiplier, shift };
  return { multiplier: Math.min(0x7fff, Math.floor((multiplier + 2 ** 15) / 2 ** 16)) * 2 ** 16, shift };
}

function scaleError(naming: RequantizeNaming, message: string): MatchError {
  const [first] = naming.loc;
  return new MatchError({
    code: 'REQUANTIZE_SCALE',
    message,
    loc: first ? { file: first.file, node: first.node, op: first.op } : { node: naming.name },
  });
}
