import { defineBitwise } from './bitwise.ts';

/** And of the bits, broadcast; on bools the logical one. */
export const bitwiseAnd = defineBitwise({
  name: 'bitwise_and',
  summary: 'And of bits or bools, broadcast',
  bools: true,
  narrow: (a, b) => a & b,
  wide: (a, b) => a & b,
});
