import type { Deviation } from '../build/deviation.ts';
import { formatTable, grouped } from './table.ts';

/** How far `hardware` numerics move the results; ends with a newline. */
export function deviationTable({ samples, random, rows }: Deviation): string {
  const kind = random ? 'random sample' : 'sample';
  const heading = `deviation from exact numerics on ${samples} ${kind}${samples === 1 ? '' : 's'}\n`;
  return (
    heading +
    formatTable(
      [
        { title: 'tensor', limit: 40 },
        { title: '' },
        ...['elements', 'max', 'mean', 'changed', 'top-1 changes'].map((title) => ({ title, right: true })),
      ],
      rows.map(({ tensor, role, elements, max, mean, changed, top1Changes }) => [
        tensor,
        role,
        grouped(elements),
        String(Number(max.toPrecision(4))),
        String(Number(mean.toPrecision(3))),
        `${((100 * changed) / Math.max(1, elements)).toFixed(2)} %`,
        top1Changes === undefined ? '' : `${top1Changes} of ${samples}`,
      ]),
    )
  );
}
