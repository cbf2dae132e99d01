import test, { type ExecutionContext } from 'ava';
import { exactness } from '../../bench/diana/exactness.ts';
import { speedUp } from '../../bench/diana/speed-up.ts';
import { ternary } from '../../bench/diana/ternary.ts';
import { Lab } from '../../bench/gap9/lab.ts';
import { corpusFolder } from '../../bench/gap9/nets.ts';
import type { PartResult } from '../../bench/gap9/part.ts';

const withCorpus = corpusFolder() === undefined ? test.serial.skip : test.serial;

function holds(t: ExecutionContext, { text, failures }: PartResult): void {
  t.log(...text);
  t.deepEqual(failures, []);
}

const quiet = (): void => undefined;

withCorpus(
  'networks rewritten for shifts are exact in all modes, and as near the model as allowed',
  async (t) => {
    holds(t, await exactness(quiet, []));
  },
);

withCorpus('ternary weights on the analog core are exact', async (t) => {
  holds(t, await ternary(quiet));
});

withCorpus('faster than the baselines by the factors that have to be reached', async (t) => {
  holds(t, await speedUp(new Lab(), quiet, false));
});
