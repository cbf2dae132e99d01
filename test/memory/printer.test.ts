import test from 'ava';
import { arenaRows, printMemoryMap, printPlacedProgram } from 'match-compiler';
import { planProgram } from 'match-compiler/plugins/memory-planner';
import { inArena, placedOf, sampleProgram, type Sample } from './sample-program.js';

const sample: Sample = {
  memories: { flash: { access: 'read-only', bytes: 1000 }, ram: { bytes: 64 } },
  buffers: [
    { name: 'x', bytes: 16, role: 'input' },
    { name: 'w', bytes: 4, role: 'constant', memory: 'flash', content: new Uint8Array(4) },
    { name: 'a', bytes: 16 },
    { name: 'b', bytes: 8 },
    { name: 'y', bytes: 16, role: 'output' },
  ],
  steps: [
    { name: 'conv', reads: ['x'], constants: ['w'], writes: ['a'] },
    { name: 'pool', reads: ['a'], writes: ['b'] },
    { name: 'add', reads: ['a', 'b'], writes: ['y'] },
  ],
};

test('a plan is printed with its sizes, its proof, its buffers and a map over time', (t) => {
  t.is(
    printPlacedProgram(placedOf(planProgram(sampleProgram(sample), inArena))),
    `memory sample on board
  flash: arena 0 + constants 4 of 1000 bytes, at most 0 live at once
    optimal: no read-write buffers
  ram: arena 40 + constants 0 of 64 bytes, at most 40 live at once
    optimal: the 3 buffers alive at add need 40 bytes
    offset  end  bytes     buffer        live
         0   16     16  a  input x       the start to conv
         0   16     16  b  output y      add to the end
        16   32     16  c  activation a  conv to add
        32   40      8  d  activation b  pool to add
    39 |..dd.
    36 |..dd.
    33 |..dd.
    30 |.ccc.
    27 |.ccc.
    24 |.ccc.
    21 |.ccc.
    18 |.ccc.
    15 |acccb
    12 |aa.bb
     9 |aa.bb
     6 |aa.bb
     3 |aa.bb
     0 |aa.bb
`,
  );
});

test('the rows of a level are for machines', (t) => {
  const placed = placedOf(planProgram(sampleProgram(sample), { inputs: 'caller', outputs: 'caller' }));
  t.deepEqual(
    arenaRows(placed, 'ram').map(({ buffer, offset, first, last }) => [buffer.name, offset, first, last]),
    [
      ['a', 0, 0, 2],
      ['b', 16, 1, 2],
    ],
  );
  t.is(printMemoryMap(placed, 'flash'), '');
  t.true(printPlacedProgram(placed).includes('caller: output y, 16 bytes'));
});
