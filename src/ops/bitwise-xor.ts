import { defineBitwise } from './bitwise.ts';

/** Exclusive or of the bits, broadcast; on bools the logical one. */
export const bitwiseXor = defineBitwise({
  name: 'bitwise_xor',
  summary: 'Exclusive or of bits or bools, broadcast',
  bools: true,
  narrow: (a, b) => a ^ b,
  wide: (a, b) => a ^ b,
});
