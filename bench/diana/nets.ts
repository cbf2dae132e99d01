import { corpusFolder, exactNets, mlperfTinyNets, type BenchNet } from '../gap9/nets.ts';

/** Part of the multiply-accumulates that has to run on the accelerators. */
export const leastShare: Readonly<Record<string, number>> = {
  resnet8: 0.95,
  mobilenet: 0.95,
  'ds-cnn': 0.85,
};

/** The four MLPerf Tiny networks. */
export function fourNets(): readonly BenchNet[] {
  return mlperfTinyNets(corpusFolder());
}

/** The four and the digits. */
export function allNets(): readonly BenchNet[] {
  return [...fourNets(), ...exactNets(corpusFolder()).filter(({ net }) => net === 'digits')];
}
