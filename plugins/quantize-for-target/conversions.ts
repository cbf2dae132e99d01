import {
  integerRange,
  ops,
  quantizeMultiplier,
  tensor,
  type DataType,
  type GraphEditor,
  type Node,
  type SourceLocation,
  type Value,
} from 'match-compiler';
import type { Stored } from './scaled-weights.ts';
import { channelIn } from './sites.ts';
import { channelsOf } from './statistics.ts';

interface Place {
  readonly place: Node;
  readonly loc: readonly SourceLocation[];
}

/** Bounds and type of results. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly dtype: 'int8' | 'uint8';
}

const signOffset = 128;

/** A value of the model's form in the form of its site: on the controller, at the edges of the graph. */
export function addToForm(editor: GraphEditor, value: Value, to: Stored, where: Place): Value {
  const { zeroPoint, dtype, low, high } = to.form;
  const { min, max } = integerRange(dtype);
  const factors = factorsOf(value, to);
  const same = factors.every((factor) => factor === 1);
  const moved = dtype === value.type.dtype ? 0 : dtype === 'uint8' ? signOffset : -signOffset;
  const options = { name: `${value.name}.scaled`, ...where };
  if (same && zeroPoint + moved === 0 && low === min && high === max) {
    return moved === 0 ? value : editor.add1(ops.changeSign, [value], {}, options);
  }
  const { multiplier, shift } = multipliers(factors, options.name, editor);
  return editor.add1(
    ops.requantize,
    [value, multiplier, shift],
    { rule: 'single', axis: 1, inputZeroPoint: zeroPoint, zeroPoint: 0, min: low, max: high, dtype },
    options,
  );
}

/** A value in the form of its site in the model's form again. */
export function addToModel(editor: GraphEditor, old: Value, value: Value, from: Stored, where: Place): Value {
  const { zeroPoint } = from.form;
  const dtype: DataType = old.type.dtype;
  const { min, max } = integerRange(dtype);
  editor.releaseName(old);
  const name = old.name;
  const factors = factorsOf(old, from).map((factor) => 1 / factor);
  const { multiplier, shift } = multipliers(factors, name, editor);
  return editor.add1(
    ops.requantize,
    [value, multiplier, shift],
    { rule: 'single', axis: 1, inputZeroPoint: 0, zeroPoint, min, max, dtype },
    { ...where, name: `${name}.model`, outputs: [name], types: [old.type] },
  );
}

/** The constants of the rule `single` for real factors, one where all are the same. */
export function multipliers(
  factors: readonly number[],
  name: string,
  editor: GraphEditor,
): { readonly multiplier: Value; readonly shift: Value } {
  const same = factors.every((factor) => factor === factors[0]);
  const scales = (same ? factors.slice(0, 1) : factors).map((factor) => quantizeMultiplier(factor));
  const list = (part: string, dtype: 'int32' | 'int8', values: readonly number[]): Value =>
    editor.constant(`${name}.${part}`, tensor(dtype, [values.length], values));
  return {
    multiplier: list(
      'multiplier',
      'int32',
      scales.map(({ multiplier }) => multiplier),
    ),
    shift: list(
      'shift',
      'int8',
      scales.map(({ shift }) => shift),
    ),
  };
}

/** The factor of each index of axis 1. */
function factorsOf(value: Value, { site, form }: Stored): readonly number[] {
  return Array.from({ length: channelsOf(value) }, (_, i) => form.factors[channelIn(site, value, i)] ?? 1);
}

/** The bounds of a result: those of its new form, which engines clip to, or those of the model. */
export function boundsOf(
  model: { readonly min: number; readonly max: number; readonly dtype: DataType },
  to: Stored | undefined,
): Bounds {
  if (to) return { min: to.form.low, max: to.form.high, dtype: to.form.dtype };
  return { min: model.min, max: model.max, dtype: model.dtype === 'uint8' ? 'uint8' : 'int8' };
}
