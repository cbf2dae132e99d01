import test from 'ava';
import { nodeMacs } from 'match-compiler';
import { buildNet, runNet } from '../../bench/gap9/build-net.ts';
import { againstInterpreter } from '../../bench/gap9/exactness.ts';
import { limits } from '../../bench/gap9/figures.ts';
import { mlperfTinyNets } from '../../bench/gap9/nets.ts';
import { someSamples } from '../../bench/gap9/samples.ts';

const nets = mlperfTinyNets(undefined);

for (const name of ['autoencoder', 'ds-cnn']) {
  for (const numerics of ['hardware', 'exact'] as const) {
    test.serial(
      `${name} with weights from a seed, ${numerics} numerics: exact, in time, as predicted`,
      async (t) => {
        const net = nets.find((each) => each.net === name);
        if (!net) throw new Error(`there is no ${name}`);
        const built = await buildNet(net, { numerics });
        const { graph, mapping } = built.compilation;
        const samples = someSamples(net, graph, 2);
        // Eager and lazy, workers forward and backward.
        const { outputs, cycles, predicted, stages, agrees } = await runNet(built, samples);
        const [elements, differing] = againstInterpreter(graph, samples, outputs);
        t.true(elements > 0);
        t.is(differing, 0);
        t.true(agrees);

        // Parts of a layer on two modules are counted once.
        const macs = graph.nodes.reduce((sum, node) => sum + nodeMacs(node), 0);
        const shown = built.layers.reduce((sum, layer) => sum + layer.macs, 0);
        t.true(Math.abs(shown - macs) <= built.layers.length, `${shown} of ${macs}`);

        t.true(mapping.lowerBoundCycles <= cycles);
        if (numerics === 'hardware') {
          t.true(cycles <= 1000 * (limits[name]?.most ?? 0), `${cycles} cycles`);
          t.true(
            cycles <= 2 * mapping.lowerBoundCycles,
            `${cycles} cycles, ${mapping.lowerBoundCycles} proven`,
          );
        }

        const errors = stages.map((stage) => Math.abs(stage.predicted - stage.cycles) / stage.cycles);
        t.true(Math.max(...errors) < 0.12, `${Math.max(...errors)}`);
        t.true(Math.abs(predicted - cycles) < 0.05 * cycles, `${predicted} of ${cycles}`);
      },
    );
  }
}

test.serial('with a seventh of the L1 the same outputs, and never fewer cycles', async (t) => {
  const net = nets.find((each) => each.net === 'ds-cnn');
  if (!net) throw new Error('there is no ds-cnn');
  const cycles: number[] = [];
  for (const kB of [16, 120]) {
    const built = await buildNet(net, { numerics: 'hardware', options: { l1: 1024 * kB } });
    const { graph, placed } = built.compilation;
    const samples = someSamples(net, graph, 1);
    const simulation = await runNet(built, samples);
    t.is(againstInterpreter(graph, samples, simulation.outputs)[1], 0);
    t.true(simulation.agrees);
    const arena = placed.plans.find(({ memory }) => memory === 'l1')?.arenaBytes ?? Infinity;
    t.true(arena <= 1024 * kB, `${arena} bytes`);
    cycles.push(simulation.cycles);
  }
  const [little = 0, much = Infinity] = cycles;
  t.true(little >= much, `${little} and ${much}`);
});
