import { definePlugin } from 'match-compiler';
import { assembleProgram } from './assemble.ts';

/** Turns a mapping into a program: tiles moved, launched and awaited so that engines and transfers overlap. */
export { assembleProgram } from './assemble.ts';

export const scheduler = definePlugin(() => ({
  name: 'scheduler',
  assemble: (mapping) => assembleProgram(mapping),
}));

export default scheduler;
