import type { CaseBuilder } from '../network-cases.ts';
import { binaryCases } from './binary.ts';
import { convolutionCases } from './convolution.ts';
import { extentCases } from './extents.ts';
import { floatCases } from './float.ts';
import { logicCases } from './logic.ts';
import { movementCases } from './movement.ts';
import { poolingCases } from './pooling.ts';
import { productCases } from './product.ts';
import { quantizedCases } from './quantized.ts';
import { recurrentCases } from './recurrent.ts';
import { requantizeCases } from './requantize.ts';
import { selectionCases } from './selection.ts';
import { slidingCases } from './sliding.ts';
import { transposedCases } from './transposed.ts';
import { unaryCases } from './unary.ts';

/** All groups by name. */
export const caseGroups: Readonly<Record<string, (builder: CaseBuilder) => void>> = {
  convolution: convolutionCases,
  product: productCases,
  requantize: requantizeCases,
  quantized: quantizedCases,
  pooling: poolingCases,
  sliding: slidingCases,
  transposed: transposedCases,
  selection: selectionCases,
  recurrent: recurrentCases,
  binary: binaryCases,
  unary: unaryCases,
  float: floatCases,
  logic: logicCases,
  movement: movementCases,
  extents: extentCases,
};
