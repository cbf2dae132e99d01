import test from 'ava';
import fc from 'fast-check';
import { biasRows, packCells, rowBytes, unpackCells } from '../../plugins/diana/analog/cells.ts';

const matrix = fc
  .record({ depth: fc.integer({ min: 1, max: 40 }), filters: fc.integer({ min: 1, max: 150 }) })
  .chain(({ depth, filters }) =>
    fc.record({
      depth: fc.constant(depth),
      filters: fc.constant(filters),
      weights: fc.array(fc.integer({ min: -1, max: 1 }), {
        minLength: depth * filters,
        maxLength: depth * filters,
      }),
      biases: fc.array(fc.integer({ min: -3000, max: 3000 }), { minLength: filters, maxLength: filters }),
    }),
  );

test('cells stand for the weights and biases that were packed', (t) => {
  fc.assert(
    fc.property(matrix, (cells) => {
      const packed = packCells(cells);
      t.is(packed.length, (cells.depth + biasRows(cells.biases)) * rowBytes(cells.filters));
      const { weights, biases } = unpackCells(packed, cells);
      t.deepEqual(Array.from(weights), cells.weights);
      t.deepEqual(biases, cells.biases.some((bias) => bias !== 0) ? cells.biases : []);
    }),
    { numRuns: 40, seed: 3 },
  );
});

test('every bias has its rows, and no more than it needs', (t) => {
  t.is(biasRows([0, 0]), 0);
  t.is(biasRows([1]), 4);
  t.is(biasRows([-40, 7]), 4);
  t.is(biasRows([41]), 5);
  t.is(biasRows([103]), 5);
  t.is(biasRows([-104]), 6);
  for (let bias = -400; bias <= 400; bias++) {
    const cells = { weights: [1], depth: 1, filters: 1, biases: [bias] };
    t.deepEqual(unpackCells(packCells(cells), cells).biases, bias === 0 ? [] : [bias]);
  }
});

test('the order of cells: rows of whole words, four filters to a byte from the lowest bits on, bytes of a word reversed', (t) => {
  // Two weights a filter, 66 filters: two words a row.
  const weights = new Int8Array(66 * 2);
  weights[0] = 1; // Row 0 of filter 0.
  weights[2 * 5 + 0] = -1; // Row 0 of filter 5: bits 2 and 3 of byte 1.
  weights[2 * 65 + 1] = -1; // Row 1 of filter 65: bits 2 and 3 of byte 16.
  const packed = packCells({ weights, depth: 2, filters: 66, biases: [] });
  t.is(packed.length, 2 * 32);
  const expected = new Uint8Array(64);
  expected[3] = 0b01;
  expected[2] = 0b1100;
  expected[32 + 16 + 3] = 0b1100;
  t.deepEqual(packed, expected);
});
