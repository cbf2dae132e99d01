import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertTarget } from 'match-compiler';
import { importModule } from 'match-compiler/build';

const { mySoc } = await importModule(fileURLToPath(new URL('target.ts', import.meta.url)));

test('my-soc keeps what a target promises', () => assertTarget(mySoc(), { patterns: ['vector', 'matrix'] }));
