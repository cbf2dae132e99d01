import {
  cLiteral,
  cType,
  integerRange,
  isFloat,
  isInteger,
  isSigned,
  isWide,
  type DataType,
  type Node,
  type Template,
} from 'match-compiler';
import { isNarrow, mathFunction, saturated, wrappingType } from '../../arithmetic-expressions.ts';
import { clipExpression } from '../../clip-expression.ts';
import { support } from '../../support/index.ts';

/** Statements on `x`, the last of them the expression of the result. */
export interface Statements {
  readonly lines: readonly string[];
  readonly support?: readonly Template[];
  readonly headers?: readonly string[];
}

const math = ['math.h'];

/** C for a unary operator: the same steps in the same order as the operator's own evaluation. */
export function unaryStatements(node: Node, from: DataType, to: DataType): Statements {
  const attribute = (name: string): number => Number(node.attributes[name] ?? 0);
  const number = (value: number): string => cLiteral(from, value);
  const call = (name: string, argument: string): string => `${mathFunction(name, from)}(${argument})`;
  const type = cType(from);
  switch (node.op.name) {
    case 'clip':
      return { lines: [clipExpression('x', { min: attribute('min'), max: attribute('max') }, from)] };
    case 'cast':
      return castStatements(from, to, node.attributes['saturate'] === true);
    case 'change_sign':
      return { lines: [from === 'int8' ? '(uint8_t)(x + 128)' : '(int8_t)(x - 128)'] };
    case 'abs':
      return isFloat(from) ? { lines: [call('fabs', 'x')], headers: math } : { lines: [integerAbs(from)] };
    case 'neg':
      return { lines: [isFloat(from) ? '-x' : integerNeg(from)] };
    case 'exp':
    case 'log':
    case 'sqrt':
    case 'sin':
    case 'cos':
    case 'tan':
    case 'asin':
    case 'acos':
    case 'atan':
    case 'sinh':
    case 'cosh':
    case 'asinh':
    case 'acosh':
    case 'atanh':
    case 'tanh':
    case 'erf':
    case 'floor':
    case 'ceil':
      return { lines: [call(node.op.name, 'x')], headers: math };
    case 'sign':
      return { lines: [isSigned(from) ? `(${type})((x > 0) - (x < 0))` : `(${type})(x > 0)`] };
    case 'bitwise_not':
      return { lines: [from === 'bool' ? '(uint8_t)(x == 0)' : `(${type})~x`] };
    case 'is_nan':
      return { lines: ['(uint8_t)(x != x)'] };
    case 'is_inf':
      return { lines: [infinite(node)], headers: math };
    case 'thresholded_relu':
      return { lines: [`x > ${number(attribute('alpha'))} ? x : ${number(0)}`] };
    case 'shrink': {
      const [limit, bias] = [attribute('threshold'), number(attribute('bias'))];
      const above = `x > ${number(limit)} ? x - ${bias} : ${number(0)}`;
      return { lines: [`x < ${number(-limit)} ? x + ${bias} : ${above}`] };
    }
    case 'round': {
      const functions = from === 'float32' ? support.roundEvenFloat32 : support.roundEvenFloat64;
      const name = from === 'float32' ? 'round_even_f32' : 'round_even_f64';
      return { lines: [`x == ${number(0)} ? x : ${name}(x)`], support: functions };
    }
    case 'sigmoid':
      return { lines: [`${number(1)} / (${number(1)} + ${call('exp', '-x')})`], headers: math };
    case 'softplus':
      return {
        lines: [
          `(x > ${number(0)} ? x : ${number(0)}) + ${call('log1p', call('exp', `-${call('fabs', 'x')}`))}`,
        ],
        headers: math,
      };
    case 'gelu':
      return { lines: gelu(node.attributes['approximate'] === 'tanh', number, call, type), headers: math };
    case 'elu':
      return {
        lines: [`x < ${number(0)} ? ${number(attribute('alpha'))} * ${call('expm1', 'x')} : x`],
        headers: math,
      };
    case 'leaky_relu':
      return { lines: [`x < ${number(0)} ? x * ${number(attribute('alpha'))} : x`] };
    case 'hard_sigmoid':
      return {
        lines: [
          `const ${type} y = x * ${number(attribute('alpha'))} + ${number(attribute('beta'))};`,
          clipExpression('y', { min: 0, max: 1 }, from),
        ],
      };
    case 'hard_swish':
      return {
        lines: [
          `const ${type} y = x * ${number(1 / 6)} + ${number(0.5)};`,
          `x * (${clipExpression('y', { min: 0, max: 1 }, from)})`,
        ],
      };
    default:
      throw new TypeError(`${node.op.name} is no unary operator`);
  }
}

function infinite({ attributes }: Node): string {
  const tests = [
    attributes['negative'] ? 'x == -INFINITY' : '',
    attributes['positive'] ? 'x == INFINITY' : '',
  ];
  const wanted = tests.filter((test) => test !== '').join(' || ');
  return wanted === '' ? '(uint8_t)((void)x, 0)' : `(uint8_t)(${wanted})`;
}

function gelu(
  approximate: boolean,
  number: (value: number) => string,
  call: (name: string, argument: string) => string,
  type: string,
): string[] {
  if (!approximate) {
    return [`${number(0.5)} * x * (${number(1)} + ${call('erf', `x * ${number(Math.SQRT1_2)}`)})`];
  }
  return [
    `const ${type} inner = ${number(Math.sqrt(2 / Math.PI))} * (x + ${number(0.044715)} * x * x * x);`,
    `${number(0.5)} * x * (${number(1)} + ${call('tanh', 'inner')})`,
  ];
}

function integerNeg(dtype: DataType): string {
  if (isNarrow(dtype)) return `(${cType(dtype)})(-x)`;
  return isSigned(dtype) ? `(${cType(dtype)})(0u - (${wrappingType(dtype)})x)` : '0u - x';
}

function integerAbs(dtype: DataType): string {
  if (!isSigned(dtype)) return 'x';
  return isNarrow(dtype) ? `(${cType(dtype)})(x < 0 ? -x : x)` : `x < 0 ? ${integerNeg(dtype)} : x`;
}

/** Conversion of the element type; integers wrap or saturate, floats lose their fraction. */
function castStatements(from: DataType, to: DataType, saturate: boolean): Statements {
  const type = cType(to);
  if (from === to) return { lines: ['x'] };
  if (to === 'bool') return { lines: [`x != ${isFloat(from) ? cLiteral(from, 0) : '0'}`] };
  if (isFloat(to)) return { lines: [`(${type})x`] };
  if (isFloat(from)) return saturate ? { lines: [saturated('x', from, to)] } : wrappedFloat(from, to);
  if (!saturate || !isInteger(from)) return { lines: [`(${type})x`] };
  const [own, target] = [exactRange(from), exactRange(to)];
  const low =
    own.min < target.min ? `x < ${wideLiteral(from, target.min)} ? ${wideLiteral(to, target.min)} : ` : '';
  const high =
    own.max > target.max ? `x > ${wideLiteral(from, target.max)} ? ${wideLiteral(to, target.max)} : ` : '';
  return { lines: [low + high === '' ? `(${type})x` : `(${type})(${low}${high}(${type})x)`] };
}

function wrappedFloat(from: DataType, to: DataType): Statements {
  const single = from === 'float32';
  const [name, functions] = isWide(to)
    ? [`wrap_${single ? 'f32' : 'f64'}_int64`, single ? support.wrapFloat32Int64 : support.wrapFloat64Int64]
    : [`wrap_${single ? 'f32' : 'f64'}_int32`, single ? support.wrapFloat32Int32 : support.wrapFloat64Int32];
  const plain = to === 'int32' || to === 'int64';
  return { lines: [`${plain ? '' : `(${cType(to)})`}${name}(x)`], support: functions, headers: math };
}

function exactRange(dtype: DataType): { readonly min: bigint; readonly max: bigint } {
  if (dtype === 'int64') return { min: -(2n ** 63n), max: 2n ** 63n - 1n };
  if (dtype === 'uint64') return { min: 0n, max: 2n ** 64n - 1n };
  const { min, max } = integerRange(dtype);
  return { min: BigInt(min), max: BigInt(max) };
}

function wideLiteral(dtype: DataType, value: bigint): string {
  return cLiteral(dtype, isWide(dtype) ? value : Number(value));
}
