import { definePlugin } from 'match-compiler';
import { buildFiles } from './build-files.ts';
import { headerFile } from './header.ts';
import { mainProgram } from './main-program.ts';
import { describeNetwork } from './network.ts';
import { sourceFiles } from './source.ts';
import { weightFiles } from './weights.ts';

/** Writes the program as C: entry point, kernels, constants, a program that runs it, and build files. */
export const emitC = definePlugin(() => ({
  name: 'emit-c',
  emit: (bundle, context) => {
    const network = describeNetwork(context);
    const files = [
      headerFile(network),
      ...sourceFiles(network),
      ...(network.constants.length > 0 ? weightFiles(network) : []),
      mainProgram(network),
      ...(network.runtime?.files ?? []),
      ...buildFiles(network),
    ];
    return files.reduce((result, file) => result.withFile(file), bundle);
  },
}));

export default emitC;
