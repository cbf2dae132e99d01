import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** One line of a plot. */
export interface PlotLine {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const width = 720;
const height = 420;
const margin = { left: 64, right: 150, top: 24, bottom: 48 };
const colours = ['#1b6ca8', '#c8553d', '#3a7d44', '#8661c1', '#b08900', '#444444'];

/** Writes lines over a common x axis as a self-contained SVG; y starts at zero. */
export function writePlot(
  path: string,
  lines: readonly PlotLine[],
  labels: { readonly title: string; readonly x: string; readonly y: string },
): void {
  const xs = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const top = Math.max(1, ...lines.flatMap(({ points }) => points.map(({ y }) => y)));
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const px = (x: number): number =>
    margin.left + ((x - low) / Math.max(1, high - low)) * (width - margin.left - margin.right);
  const py = (y: number): number =>
    height - margin.bottom - (y / top) * (height - margin.top - margin.bottom);
  const text = (x: number, y: number, content: string, more = ''): string =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${content}</text>`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(margin.left, 16, labels.title, 'font-weight="bold"'),
    text((margin.left + width - margin.right) / 2, height - 10, labels.x, 'text-anchor="middle"'),
    text(14, height / 2, labels.y, `text-anchor="middle" transform="rotate(-90 14 ${height / 2})"`),
  ];
  for (const x of [...new Set(xs)].sort((a, b) => a - b)) {
    parts.push(
      `<line x1="${px(x).toFixed(1)}" x2="${px(x).toFixed(1)}" y1="${margin.top}" y2="${height - margin.bottom}" stroke="#e0e0e0"/>`,
      text(px(x), height - margin.bottom + 16, String(x), 'text-anchor="middle"'),
    );
  }
  for (let i = 0; i <= 4; i++) {
    const y = (top * i) / 4;
    parts.push(
      `<line x1="${margin.left}" x2="${width - margin.right}" y1="${py(y).toFixed(1)}" y2="${py(y).toFixed(1)}" stroke="#e0e0e0"/>`,
      text(margin.left - 6, py(y) + 4, y >= 10 ? String(Math.round(y)) : y.toFixed(1), 'text-anchor="end"'),
    );
  }
  lines.forEach(({ name, points }, i) => {
    const colour = colours[i % colours.length] ?? 'black';
    const trace = points.map(({ x, y }) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(' ');
    parts.push(`<polyline points="${trace}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const { x, y } of points)
      parts.push(`<circle cx="${px(x).toFixed(1)}" cy="${py(y).toFixed(1)}" r="3" fill="${colour}"/>`);
    const last = points.at(-1);
    if (last) parts.push(text(px(last.x) + 8, py(last.y) + 4, name, `fill="${colour}"`));
  });
  parts.push('</svg>');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${parts.join('\n')}\n`);
}
