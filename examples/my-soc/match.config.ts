import { defineConfig } from 'match-compiler';
import { mySoc } from './target.ts';

export default defineConfig({ targets: [mySoc()] });
