import test from 'ava';
import { definePlugin, defineTarget, type Target } from 'match-compiler';

const memory = { bytes: 1024, alignment: 4, access: 'read-write', links: [] } as const;
const parts = {
  description: '',
  packings: {},
  platforms: { sim: { description: '', compilers: ['cc'], flags: [] } },
};

test('a misspelt hook, field or memory is a type error and a run-time error', (t) => {
  // @ts-expect-error there is no hook of that name
  t.throws(() => definePlugin({ name: 'a', transfrom: () => null }));
  // @ts-expect-error nor in what a factory returns
  const factory: () => unknown = definePlugin(() => ({ name: 'a', emmit: () => null }));
  t.throws(factory);
  t.throws(() =>
    defineTarget({
      name: 'soc',
      ...parts,
      memories: { l1: memory },
      // @ts-expect-error the memory is called l1
      homes: { activations: 'l2', constants: 'l1' },
      modules: [],
    }),
  );
});

test('arguments of handlers are inferred', (t) => {
  const plugin = definePlugin((limit: number) => ({
    name: 'a',
    transform(graph, { target }) {
      const nodes: number = graph.nodes.length;
      const name: string = target.name;
      this.info({ code: 'A', message: `${name} ${nodes} ${limit}` });
      return graph;
    },
  }));
  t.is(plugin(3).name, 'a');
});

test('a target is checked when it is made', (t) => {
  const soc = (change: Partial<Target>): Target =>
    defineTarget({
      name: 'soc',
      ...parts,
      memories: { l1: memory },
      homes: { activations: 'l1', constants: 'l1' },
      modules: [],
      ...change,
    } as never);
  t.is(soc({}).name, 'soc');
  const code = { code: 'TARGET_INVALID' };
  for (const change of [
    { name: 'My SoC' },
    { memories: { l1: { ...memory, bytes: 0 } } },
    { memories: { l1: { ...memory, alignment: 3 } } },
    { homes: { activations: 'l3', constants: 'l1' } },
    { memories: { l1: { ...memory, access: 'read-only' as const } } },
    { platforms: {} },
  ]) {
    const error = t.throws(() => soc(change as Partial<Target>)) as unknown as {
      diagnostic: { code: string };
    };
    t.like(error.diagnostic, code, JSON.stringify(change));
  }
});
