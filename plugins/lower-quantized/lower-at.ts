import { ops, type RewriteRule, type Rounding } from 'match-compiler';
import { lowerConcat } from './concat.ts';
import { lowerProduct, lowerSum } from './elementwise.ts';
import { lowerLayer } from './layers.ts';
import { lowerPool } from './pools.ts';
import { requantizeDirectly } from './requantize-directly.ts';
import { lowerSoftmax } from './softmax.ts';
import { lowerToTable } from './table.ts';
import { tailOf } from './quantized-value.ts';

/** In this order: a table is exact and cheap, so it goes before the arithmetic that it could replace. */
const rules = [
  requantizeDirectly,
  lowerToTable,
  lowerLayer,
  lowerSum,
  lowerProduct,
  lowerPool,
  lowerSoftmax,
  lowerConcat,
];

/** Computes the result of a quantize node in integers where one of the forms fits. */
export function lowerAt(rounding: Rounding): RewriteRule {
  return {
    name: 'lower-quantized',
    at: [ops.quantize],
    apply(node, rewriter) {
      const tail = tailOf(node, rewriter);
      if (!tail) return false;
      return rules.some((rule) => rule({ rewriter, rounding, tail }));
    },
  };
}
