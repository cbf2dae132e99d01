import { defineBitwise } from './bitwise.ts';

/** Or of the bits, broadcast; on bools the logical one. */
export const bitwiseOr = defineBitwise({
  name: 'bitwise_or',
  summary: 'Or of bits or bools, broadcast',
  bools: true,
  narrow: (a, b) => a | b,
  wide: (a, b) => a | b,
});
