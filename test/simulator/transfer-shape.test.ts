import test from 'ava';
import fc from 'fast-check';
import { transferShape } from 'match-compiler';

interface Rows {
  readonly rowBytes: number;
  readonly rows: number;
  readonly rowStride: number;
  readonly planes?: { readonly count: number; readonly stride: number };
}

/** Offsets of the bytes of a slice, in the order in which they are copied. */
function bytesOf({ rowBytes, rows, rowStride, planes }: Rows): number[] {
  const offsets: number[] = [];
  for (let plane = 0; plane < (planes?.count ?? 1); plane++) {
    for (let row = 0; row < rows; row++) {
      for (let byte = 0; byte < rowBytes; byte++) {
        offsets.push(plane * (planes?.stride ?? 0) + row * rowStride + byte);
      }
    }
  }
  return offsets;
}

const sizes = fc.record({
  planes: fc.integer({ min: 1, max: 4 }),
  rows: fc.integer({ min: 1, max: 5 }),
  rowBytes: fc.integer({ min: 1, max: 6 }),
  rowGap: fc.nat(3),
  planeGap: fc.nat(3),
});

test('a tile in its tensor and dense in its buffer: the same bytes in the same order', (t) => {
  fc.assert(
    fc.property(sizes, fc.boolean(), ({ planes, rows, rowBytes, rowGap, planeGap }, swap) => {
      const rowStride = rowBytes + rowGap;
      const whole: Rows = {
        rowBytes,
        rows,
        rowStride,
        planes: { count: planes, stride: rows * rowStride + planeGap },
      };
      const dense: Rows = { rowBytes: rowBytes * rows * planes, rows: 1, rowStride: 0 };
      const [from, to] = swap ? [dense, whole] : [whole, dense];
      const shape = transferShape(from, to);
      if (!shape) return false;
      const side = ({
        rowStride: stride,
        planeStride,
      }: {
        rowStride: number;
        planeStride: number;
      }): Rows => ({
        rowBytes: shape.rowBytes,
        rows: shape.rows,
        rowStride: stride,
        planes: { count: shape.planes, stride: planeStride },
      });
      const same = (a: Rows, b: Rows): boolean => bytesOf(a).join() === bytesOf(b).join();
      return same(side(shape.from), from) && same(side(shape.to), to);
    }),
    { numRuns: 300, seed: 3 },
  );
  t.pass();
});

test('slices of different sizes or without a common shape are refused', (t) => {
  const plain = (rowBytes: number): Rows => ({ rowBytes, rows: 1, rowStride: 0 });
  t.is(transferShape(plain(8), plain(7)), undefined);
  t.is(transferShape(plain(0), plain(0)), undefined);
  t.is(
    transferShape({ rowBytes: 4, rows: 3, rowStride: 6 }, { rowBytes: 6, rows: 2, rowStride: 9 }),
    undefined,
  );
});

test('neighbouring rows become one', (t) => {
  t.deepEqual(
    transferShape({ rowBytes: 4, rows: 6, rowStride: 4 }, { rowBytes: 24, rows: 1, rowStride: 0 }),
    {
      rowBytes: 4,
      rows: 6,
      planes: 1,
      from: { rowStride: 4, planeStride: 0 },
      to: { rowStride: 4, planeStride: 0 },
    },
  );
});
