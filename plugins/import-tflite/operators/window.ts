import { attributeInvalid } from '../diagnostics.ts';
import type { Table } from '../file/flatbuffer.ts';
import { paddings } from '../file/schema.ts';
import type { OperatorImport } from '../operator-import.ts';

/** A window that moves over height and width, in the graph's terms. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
}

/** Field ids of padding and strides: the same in the options of convolutions and pools. */
const fields = { padding: 0, strideW: 1, strideH: 2 } as const;

/**
 * The window of an operator over an input of the shape N,H,W,C. SAME padding puts the smaller half before, as
 * TensorFlow does.
 * @throws {MatchError} ATTRIBUTE_UNSUPPORTED
 */
export function windowOf(
  operator: OperatorImport,
  options: Table | undefined,
  shape: readonly number[],
  kernel: readonly [number, number],
  dilations: readonly [number, number] = [1, 1],
): Window {
  const strides: [number, number] = [
    options?.int32(fields.strideH) ?? 0,
    options?.int32(fields.strideW) ?? 0,
  ];
  for (const [name, values] of Object.entries({ kernel, strides, dilations })) {
    if (values.some((value) => value < 1)) {
      throw attributeInvalid(operator, `its ${name}`, `is [${values.join(', ')}], not positive`);
    }
  }
  const padding = paddings[options?.int8(fields.padding) ?? 0];
  if (!padding) throw attributeInvalid(operator, 'its padding', 'is neither SAME nor VALID');
  const [, height = 1, width = 1] = shape;
  const [top, bottom] = padsAlong(padding, height, kernel[0], strides[0], dilations[0]);
  const [left, right] = padsAlong(padding, width, kernel[1], strides[1], dilations[1]);
  return { kernel, strides, dilations, pads: [top, left, bottom, right] };
}

function padsAlong(
  padding: (typeof paddings)[number],
  extent: number,
  kernel: number,
  stride: number,
  dilation: number,
): readonly [number, number] {
  if (padding === 'VALID') return [0, 0];
  const outputs = Math.ceil(extent / stride);
  const total = Math.max(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - extent);
  const before = Math.floor(total / 2);
  return [before, total - before];
}
