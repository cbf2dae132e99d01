import { cLiteral, cType, type DataType, type RecurrentAttributes } from 'match-compiler';
import { mathFunction } from '../../arithmetic-expressions.ts';

/** Statements that define `name` as an activation of an expression, its input limited first. */
export function activationStatements(
  name: string,
  kind: number,
  expression: string,
  { activations, alphas, betas, clip }: RecurrentAttributes,
  dtype: DataType,
): string {
  const type = cType(dtype);
  const number = (value: number): string => cLiteral(dtype, value);
  const lines: string[] = [];
  let x = expression;
  if (!/^\w+$/.test(x)) {
    x = `${name}_sum`;
    lines.push(`const ${type} ${x} = ${expression};`);
  }
  if (clip > 0) {
    const [low, high] = [number(-clip), number(clip)];
    lines.push(`const ${type} ${name}_input = ${x} < ${low} ? ${low} : ${x} > ${high} ? ${high} : ${x};`);
    x = `${name}_input`;
  }
  const curve = curveOf(
    activations[kind] ?? '',
    x,
    number(alphas[kind] ?? 0),
    number(betas[kind] ?? 0),
    dtype,
  );
  if (curve.setup) lines.push(`const ${type} ${name}_line = ${curve.setup};`);
  lines.push(`const ${type} ${name} = ${curve.text(`${name}_line`)};`);
  return lines.join('\n');
}

interface Curve {
  /** What the text needs more than once, as a variable. */
  readonly setup?: string;
  readonly text: (variable: string) => string;
}

function curveOf(name: string, x: string, alpha: string, beta: string, dtype: DataType): Curve {
  const number = (value: number): string => cLiteral(dtype, value);
  const call = (function_: string, argument: string): string =>
    `${mathFunction(function_, dtype)}(${argument})`;
  const plain = (text: string): Curve => ({ text: () => text });
  const [zero, one] = [number(0), number(1)];
  switch (name) {
    case 'affine':
      return plain(`${alpha} * ${x} + ${beta}`);
    case 'elu':
      return plain(`${x} < ${zero} ? ${alpha} * ${call('expm1', x)} : ${x}`);
    case 'hard_sigmoid':
      return {
        setup: `${alpha} * ${x} + ${beta}`,
        text: (line) => `${line} < ${zero} ? ${zero} : ${line} > ${one} ? ${one} : ${line}`,
      };
    case 'leaky_relu':
      return plain(`${x} < ${zero} ? ${alpha} * ${x} : ${x}`);
    case 'relu':
      return plain(`${x} > ${zero} ? ${x} : ${zero}`);
    case 'scaled_tanh':
      return plain(`${alpha} * ${call('tanh', `${beta} * ${x}`)}`);
    case 'sigmoid':
      return plain(`${one} / (${one} + ${call('exp', `-${x}`)})`);
    case 'softplus':
      return plain(
        `(${x} > ${zero} ? ${x} : ${zero}) + ${call('log1p', call('exp', `-${call('fabs', x)}`))}`,
      );
    case 'softsign':
      return plain(`${x} / (${one} + ${call('fabs', x)})`);
    case 'tanh':
      return plain(call('tanh', x));
    case 'thresholded_relu':
      return plain(`${x} > ${alpha} ? ${x} : ${zero}`);
    default:
      throw new TypeError(`${name} is no activation of a recurrent layer`);
  }
}
