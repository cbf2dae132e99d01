import { definePlugin } from 'match-compiler';
import { sequentialProgram } from './sequential.ts';

/** Turns a mapping into a program: one call per region, in execution order. */
export const scheduler = definePlugin(() => ({
  name: 'scheduler',
  assemble: (mapping) => sequentialProgram(mapping),
}));

export default scheduler;
