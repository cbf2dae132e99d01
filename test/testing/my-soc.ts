import { join } from 'node:path';
import type { Plugin, Target } from 'match-compiler';
import { importModule } from 'match-compiler/build';

/** The target of examples/my-soc, loaded as its users load it: its kernels lie beside its sources. */
export async function mySocTarget(): Promise<Target> {
  const module = (await importModule(join(process.cwd(), 'examples/my-soc/target.ts'))) as {
    readonly mySoc: () => Plugin;
  };
  const { target } = module.mySoc();
  if (!target) throw new TypeError('my-soc carries no target');
  return target;
}
