import type { Target } from '../target/target.ts';
import { linkBetween } from '../target/transfer.ts';
import type { Findings } from './findings.ts';

/** What a target says of itself, whatever its patterns. */
export function checkTargetItself(target: Target, findings: Findings): void {
  const check = 'target';
  const { memories, homes, modules, contention = {} } = target;
  findings.guard(check, target.name, () => {
    const engines = new Set([
      ...modules.map(({ name }) => name),
      ...Object.values(memories).flatMap(({ links }) => links.map(({ channel }) => channel)),
    ]);
    for (const [engine, others] of Object.entries(contention)) {
      for (const [other, factor] of Object.entries(others)) {
        if (!engines.has(engine) || !engines.has(other))
          throw new Error(`contention between ${engine} and ${other}, one of which is no engine`);
        if (!(factor >= 1) || !Number.isFinite(factor))
          throw new Error(`${engine} is ${factor} times slower beside ${other}`);
      }
    }
    for (const { name, operands, queueDepth, workers = 1, dispatchCycles, peakMacsPerCycle = 1 } of modules) {
      if (![queueDepth, workers].every(Number.isInteger) || queueDepth < 0 || workers < 1)
        throw new Error(`module ${name} has a queue of ${queueDepth} jobs and ${workers} workers`);
      if (!(dispatchCycles >= 0) || !(peakMacsPerCycle > 0))
        throw new Error(
          `module ${name} takes ${dispatchCycles} cycles to hand over, ${peakMacsPerCycle} MAC per cycle`,
        );
      const needs = [
        [homes.activations, operands.activations],
        [operands.activations, homes.activations],
        [homes.constants, operands.constants],
      ] as const;
      for (const [from, to] of needs)
        if (from !== to && !linkBetween(target, from, to))
          throw new Error(`module ${name} works in ${to}, to which no link leads from ${from}`);
    }
    for (const { name, value, source } of target.assumptions ?? [])
      if (!Number.isFinite(value) || source.trim() === '')
        throw new Error(`the assumption ${name} is ${value}, '${source}'`);
    findings.pass(check, 'modules with links to their memories', modules.length);
  });
}
