import type { Slice } from './program.ts';

/** A copy as a channel carries it out: `planes` × `rows` runs of `rowBytes`. Strides are in bytes. */
export interface TransferShape {
  readonly rowBytes: number;
  readonly rows: number;
  readonly planes: number;
  readonly from: { readonly rowStride: number; readonly planeStride: number };
  readonly to: { readonly rowStride: number; readonly planeStride: number };
}

type Extents = Omit<Slice, 'buffer' | 'offset'>;

/** Runs of one length, `count` times `stride` bytes apart; levels from the innermost. */
interface Level {
  readonly count: number;
  readonly stride: number;
}

/**
 * The shape of a copy between two slices that need not be cut alike: a tile lies dense in its buffer and in rows in
 * its tensor. The shorter runs decide; the other side's runs are cut to them.
 * @returns undefined where the slices differ in size or have no common shape of three levels
 */
export function transferShape(from: Extents, to: Extents): TransferShape | undefined {
  const rowBytes = Math.min(from.rowBytes, to.rowBytes);
  if (rowBytes <= 0 || from.rowBytes % rowBytes !== 0 || to.rowBytes % rowBytes !== 0) return undefined;
  const source = levelsOf(from, rowBytes);
  const destination = levelsOf(to, rowBytes);
  const cuts = commonCuts(source, destination);
  if (!cuts) return undefined;
  const a = cutAt(source, cuts);
  const b = cutAt(destination, cuts);
  if (!a || !b || a.length > 2) return undefined;
  const at = (levels: readonly Level[]): { rowStride: number; planeStride: number } => ({
    rowStride: levels[0]?.stride ?? 0,
    planeStride: levels[1]?.stride ?? 0,
  });
  return {
    rowBytes,
    rows: a[0]?.count ?? 1,
    planes: a[1]?.count ?? 1,
    from: at(a),
    to: at(b),
  };
}

/** Levels of runs of `rowBytes`, neighbours joined where one continues the other. */
function levelsOf({ rowBytes: own, rows, rowStride, planes }: Extents, rowBytes: number): Level[] {
  const levels: { count: number; stride: number }[] = [];
  for (const { count, stride } of [
    { count: own / rowBytes, stride: rowBytes },
    { count: rows, stride: rowStride },
    { count: planes?.count ?? 1, stride: planes?.stride ?? 0 },
  ]) {
    const inner = levels.at(-1);
    if (count === 1) continue;
    if (inner && stride === inner.stride * inner.count) inner.count *= count;
    else levels.push({ count, stride });
  }
  return levels;
}

/** Numbers of runs after which one of the two begins its next level. */
function commonCuts(a: readonly Level[], b: readonly Level[]): readonly number[] | undefined {
  const ends = (levels: readonly Level[]): number[] => {
    let runs = 1;
    return levels.map(({ count }) => (runs *= count));
  };
  const [left, right] = [ends(a), ends(b)];
  if ((left.at(-1) ?? 1) !== (right.at(-1) ?? 1)) return undefined;
  return [...new Set([...left, ...right])].sort((x, y) => x - y);
}

/** The same runs with a level ending at every cut; undefined where a cut falls within one of its steps. */
function cutAt(levels: readonly Level[], cuts: readonly number[]): Level[] | undefined {
  const result: Level[] = [];
  let before = 1;
  let inner = 1;
  let k = 0;
  for (const cut of cuts) {
    let level = levels[k];
    if (!level) return undefined;
    if (before === inner * level.count) {
      inner = before;
      level = levels[++k];
      if (!level) return undefined;
    }
    if (cut % before !== 0 || (inner * level.count) % cut !== 0) return undefined;
    result.push({ count: cut / before, stride: level.stride * (before / inner) });
    before = cut;
  }
  return result;
}
