import {
  cLiteral,
  integerRange,
  isFloat,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
} from 'match-compiler';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { indexExpression, type Term } from '../../loop-nest.ts';
import { Signature } from '../../operands.ts';
import text from './max_pool2d_indices.c';
import { poolOf, windowNest } from './window-nest.ts';

const template = kernelTemplate('pool/max_pool2d_indices.c', text);

export function maxPoolIndices(call: KernelCall): KernelInstance {
  const { region } = call;
  const pool = poolOf(region);
  const node = pattern.captured(region.match, 'pool', ops.maxPool2dIndices);
  const [value] = node.inputs;
  const [largest, place] = node.outputs.map((output) => region.outputs.indexOf(output));
  if (!value || largest === undefined || place === undefined)
    throw new TypeError(`${node.name} lacks operands`);
  const signature = new Signature(call);
  const x = signature.read('x', value);
  // A result that nobody reads is no output of the region; without indices this would be a plain pool.
  const out = largest < 0 ? undefined : signature.write('out', largest);
  const indices = place < 0 ? undefined : signature.write('indices', place);
  const shown = indices ?? out;
  if (!shown) throw new TypeError(`${node.name} has no output`);
  const nest = windowNest(x, shown, pool.axes);
  const [, channels = 1, height = 1, width = 1] = x.shape;
  const [rowStep, columnStep] = node.attributes.columnMajor ? [1, height] : [width, 1];
  const term = (name: string, factor: number, extent: number | undefined): Term[] =>
    extent === 1 || name === '0' ? [] : [[name, factor]];
  const place32 = indexExpression([
    ...term('n', channels * height * width, shown.shape[0]),
    ...term('c', height * width, shown.shape[1]),
    ...term(nest.window.row('ky'), rowStep, undefined),
    ...term(nest.window.column('kx'), columnStep, undefined),
  ]);
  const float = isFloat(x.dtype);
  return kernelInstance(call, template, 'max_pool2d_indices', signature, {
    holes: {
      ...nest.holes,
      x_index: nest.xIndex,
      type: x.type,
      lowest: cLiteral(x.dtype, float ? -Infinity : integerRange(x.dtype).min),
      place: place32,
      out_index: out ? windowNest(x, out, pool.axes).outIndex : '0',
      indices_index: indices ? nest.outIndex : '0',
    },
    flags: { float, with_values: out !== undefined, with_indices: indices !== undefined },
    headers: float ? ['math.h'] : [],
  });
}
