import { indexExpression } from '../../loop-nest.ts';

/** One spatial axis of a transposed convolution. */
export interface TransposedAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
}

/** How a kernel finds the taps that reach an output position along one axis. */
export interface TransposedTaps {
  readonly declarations: readonly string[];
  /** Heads of blocks around what a tap does. */
  readonly heads: readonly string[];
  /** Input position of the tap. */
  readonly position: string;
}

/**
 * @param out variable of the output position
 * @param tap variable of the tap
 * @param start name for the position where tap 0 would read an input of stride 1
 */
export function transposedTaps(
  axis: TransposedAxis,
  out: string,
  tap: string,
  start: string,
): TransposedTaps {
  const { input, output, kernel, stride, dilation, pad } = axis;
  const declaration = `const int32_t ${start} = ${indexExpression(output === 1 ? [] : [[out, 1]], pad)};`;
  if (dilation === 1 && pad >= 0) return steppedTaps(axis, tap, start, declaration);
  // In general taps are tried one by one.
  const reach = `${tap}_reach`;
  const tests = [`${reach} >= 0`];
  if (stride > 1) tests.push(`${reach} % ${stride} == 0`);
  if (output - 1 + pad >= input * stride) tests.push(`${reach} < ${input * stride}`);
  return {
    declarations: [declaration],
    heads: [
      `for (int32_t ${tap} = 0, ${reach} = ${start}; ${tap} < ${kernel}; ++${tap}, ${reach} -= ${dilation})`,
      `if (${tests.join(' && ')})`,
    ],
    position: stride === 1 ? reach : `(${reach} / ${stride})`,
  };
}

/** Without dilation every `stride`-th tap has an input: from the last one down to the first. */
function steppedTaps(
  { input, output, kernel, stride, pad }: TransposedAxis,
  tap: string,
  start: string,
  declaration: string,
): TransposedTaps {
  const first = stride === 1 ? '0' : `${start} % ${stride}`;
  const last = (input - 1) * stride;
  const beyond = output - 1 + pad > last;
  const begin = beyond ? `${start} - ${last} > ${first} ? ${start} - ${last} : ${first}` : first;
  const end = pad >= kernel - 1 ? String(kernel) : `${start} < ${kernel - 1} ? ${start} + 1 : ${kernel}`;
  const named = (name: string, text: string): readonly [string, readonly string[]] =>
    /^\d+$/.test(text) ? [text, []] : [`${tap}_${name}`, [`const int32_t ${tap}_${name} = ${text};`]];
  const [from, beginLines] = named('begin', begin);
  const [to, endLines] = named('end', end);
  const step = stride === 1 ? `++${tap}` : `${tap} += ${stride}`;
  return {
    declarations: [declaration, ...beginLines, ...endLines],
    heads: [`for (int32_t ${tap} = ${from}; ${tap} < ${to}; ${step})`],
    position: stride === 1 ? `(${start} - ${tap})` : `((${start} - ${tap}) / ${stride})`,
  };
}
