/** Rows under headings, columns as wide as they need to be; numbers to the right. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [headings, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'number' ? formatNumber(cell) : cell)),
  );
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[], r: number): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof rows[Math.max(0, r - 1)]?.[column] === 'number'
          ? cell.padStart(width)
          : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = cells;
  return [
    line(head, 0),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...body.map((row, r) => line(row, r + 1)),
  ].join('\n');
}

/** Whole numbers with thousands, others with three digits. */
function formatNumber(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toPrecision(3);
}
