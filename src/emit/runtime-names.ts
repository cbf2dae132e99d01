import type { Link, Target } from '../target/target.ts';
import { IdentifierTable } from './identifiers.ts';

/** An engine of the emitted C: a module, or a channel that moves bytes. */
export interface RuntimeEngine {
  readonly name: string;
  /** `MATCH_ENGINE_<NAME>`, its number. */
  readonly macro: string;
  /** Jobs that it takes before the controller has to wait; 0: any number. */
  readonly queueDepth: number;
  readonly workers: number;
}

/** A transfer path of the emitted C. */
export interface RuntimeLink {
  readonly from: string;
  readonly to: string;
  /** `MATCH_<FROM>_TO_<TO>`, its number. */
  readonly macro: string;
  readonly link: Link;
}

/** How emitted networks and the runtime of a platform call the parts of a target. Numbers are positions. */
export interface RuntimeNames {
  readonly engines: readonly RuntimeEngine[];
  readonly links: readonly RuntimeLink[];
}

/** Modules in the target's order, then channels as the links name them; links by the memory that they leave. */
export function runtimeNames(target: Target): RuntimeNames {
  const identifiers = new IdentifierTable();
  const macro = (text: string): string => identifiers.unique(`MATCH_${text}`.toUpperCase());
  const links = Object.entries(target.memories).flatMap(([from, memory]) =>
    memory.links.map((link) => ({ from, to: link.to, macro: macro(`${from}_to_${link.to}`), link })),
  );
  const channels = [...new Set(links.map(({ link }) => link.channel))];
  return {
    engines: [
      ...target.modules.map(({ name, queueDepth, workers = 1 }) => ({
        name,
        macro: macro(`engine_${name}`),
        queueDepth: Math.max(1, queueDepth),
        workers,
      })),
      ...channels.map((name) => ({ name, macro: macro(`engine_${name}`), queueDepth: 0, workers: 1 })),
    ],
    links,
  };
}
