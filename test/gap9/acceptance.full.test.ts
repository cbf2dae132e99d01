import test, { type ExecutionContext } from 'ava';
import { baseline } from '../../bench/gap9/baseline.ts';
import { cycles } from '../../bench/gap9/cycles.ts';
import { exactness } from '../../bench/gap9/exactness.ts';
import { Lab } from '../../bench/gap9/lab.ts';
import { memorySweep } from '../../bench/gap9/memory-sweep.ts';
import { corpusFolder } from '../../bench/gap9/nets.ts';
import type { PartResult } from '../../bench/gap9/part.ts';
import { prediction } from '../../bench/gap9/prediction.ts';
import { certificates } from '../../bench/gap9/tile-search.ts';

const withCorpus = corpusFolder() === undefined ? test.serial.skip : test.serial;

/** The tables of `npm run bench -- gap9`, each network built and run once for all of them. */
const lab = new Lab();

function holds(t: ExecutionContext, { text, failures }: PartResult): void {
  t.log(...text);
  t.deepEqual(failures, []);
}

const quiet = (): void => undefined;

withCorpus(
  'every quantized network of the corpus is exact in all modes, and under the sanitizers',
  async (t) => {
    holds(t, await exactness(quiet, []));
  },
);

withCorpus('the four networks take no more cycles than the limits', async (t) => {
  holds(t, await cycles(lab, quiet));
});

withCorpus(
  "faster than MATCH's method on every network, by the factors that have to be reached",
  async (t) => {
    holds(t, await baseline(lab, quiet));
  },
);

withCorpus('predicted cycles are near the simulated ones in every stage', async (t) => {
  holds(t, await prediction(lab, quiet, false));
});

withCorpus('every answer of the tile search equals its proven bound', async (t) => {
  holds(t, await certificates(quiet, false));
});

withCorpus(
  'exact at every size of L1, with no more cycles where there is more, and with weights in L3',
  async (t) => {
    holds(t, await memorySweep(lab, quiet));
  },
);
