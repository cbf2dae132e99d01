import { activationFunctions } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { conversions } from './conversion.ts';
import { convolutions } from './convolution.ts';
import { denseLayers } from './dense.ts';
import { elementWise } from './element-wise.ts';
import type { OperatorTable } from './handler.ts';
import { logic } from './logic.ts';
import { movements } from './movement.ts';
import { pools } from './pooling.ts';
import { reductions } from './reduction.ts';
import { repetitions } from './repetition.ts';
import { resizes } from './resize.ts';
import { slices } from './slicing.ts';
import { softmaxes } from './softmax.ts';

export type { OperatorHandler } from './handler.ts';

/** Every operator that is read. A new one is one entry in the file of its family. */
export const operators: OperatorTable = Object.freeze({
  ...activationFunctions,
  ...arithmetic,
  ...conversions,
  ...convolutions,
  ...denseLayers,
  ...elementWise,
  ...logic,
  ...movements,
  ...pools,
  ...reductions,
  ...repetitions,
  ...resizes,
  ...slices,
  ...softmaxes,
});

/** Operators that run other subgraphs. */
export const controlFlow: ReadonlySet<string> = new Set([
  'IF',
  'WHILE',
  'CALL',
  'CALL_ONCE',
  'STABLEHLO_WHILE',
  'STABLEHLO_COMPOSITE',
]);
