import { channelsLast, formatLayout, rowMajor, type Layout } from '../../ir/layout.ts';
import type { TensorType } from '../../ir/tensor.ts';
import * as ops from '../../ops/index.ts';
import type { Sample } from '../sample-builder.ts';

/** A layout of an engine's own, and a tensor that has it. */
export interface PackedTensor {
  readonly layout: Extract<Layout, { kind: 'packed' }>;
  readonly type: TensorType;
}

/** Conversions to layouts that engines have of their own, and back to the dense one that they came from. */
export function conversionSamples(tensors: readonly PackedTensor[]): readonly Sample[] {
  const samples = new Map<string, Sample>();
  for (const { layout, type } of tensors) {
    const rank = type.shape.length;
    const packed = formatLayout(layout);
    for (const dense of new Set([rowMajor(rank), channelsLast(rank)].map(formatLayout))) {
      const name = `layout_transform ${dense} to ${packed} and back, ${type.dtype}[${type.shape.join()}]`;
      samples.set(name, {
        name,
        features: [packed, dense, type.dtype, type.shape.join(), `rank ${rank}`],
        build: (b) => {
          const there = b.node(ops.layoutTransform, [b.input(type.dtype, type.shape)], {
            from: dense,
            to: packed,
          });
          return [b.node(ops.layoutTransform, [there], { from: packed, to: dense })];
        },
      });
    }
  }
  return [...samples.values()];
}
