import test from 'ava';
import { importBytes, node, onnxFile, valueInfo } from '../support/onnx-model.ts';
import { operators, refusal } from './run-model.ts';

const relu = onnxFile({
  nodes: [node('Relu', ['x'], ['y'])],
  inputs: [valueInfo('x', 'float32', [1, 4])],
  outputs: ['y'],
});

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A field with content of its own length. */
const field = (number: number, content: Uint8Array): Uint8Array =>
  Uint8Array.from([number * 8 + 2, ...varint(content.length), ...content]);

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** Graph attributes inside each other: model.graph.node.attribute.g.node.… */
function nested(depth: number): Uint8Array {
  let graph: Uint8Array = new Uint8Array();
  for (let i = 0; i < depth; i++) graph = field(1, field(5, field(6, graph)));
  return field(7, graph);
}

const damaged: readonly {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly message: RegExp;
  readonly offset?: number;
}[] = [
  {
    name: 'a text file',
    bytes: text('version https://git-lfs.github.com/spec/v1\n'),
    message: /wire type|bytes/,
  },
  {
    name: 'cut in the graph',
    bytes: relu.slice(0, relu.length - 20),
    message: /graph needs \d+ bytes where \d+ are left/,
  },
  { name: 'cut in a number', bytes: Uint8Array.from([8, 0x88]), message: /a number is cut off/, offset: 1 },
  { name: 'wire type 7', bytes: Uint8Array.from([8, 8, 0x3f]), message: /wire type 7/, offset: 2 },
  { name: 'field 0', bytes: Uint8Array.from([8, 8, 0x02, 0]), message: /field number 0/, offset: 2 },
  {
    name: 'a number for the graph',
    bytes: Uint8Array.from([8, 8, 0x38, 1]),
    message: /field graph has wire type 0 where 2 belongs/,
    offset: 2,
  },
  {
    name: 'a number for a node',
    bytes: Uint8Array.from([8, 8, ...field(7, Uint8Array.from([8, 1]))]),
    message: /field node in graph has wire type 0/,
    offset: 4,
  },
  {
    name: 'an endless number',
    bytes: Uint8Array.from([8, ...new Array<number>(11).fill(255)]),
    message: /more than 10 bytes/,
    offset: 1,
  },
  { name: 'graphs in graphs', bytes: nested(100), message: /nested more than \d+ deep/ },
];

for (const { name, bytes, message, offset } of damaged) {
  test(`a damaged file is refused with the byte: ${name}`, async (t) => {
    const { code, message: text, loc } = await refusal(bytes);
    t.is(code, 'MODEL_DECODE');
    t.regex(text, message);
    t.is(typeof loc?.offset, 'number');
    if (offset !== undefined) t.is(loc?.offset, offset);
  });
}

test('every cut of a model ends in a coded error or a graph', async (t) => {
  for (let length = 0; length < relu.length; length++) {
    const { code } = await refusal(relu.slice(0, length));
    t.true(
      ['MODEL_EMPTY', 'MODEL_DECODE', 'MODEL_NO_GRAPH', 'OPSET_UNSUPPORTED'].includes(code),
      `${length}: ${code}`,
    );
  }
});

test('an empty file and a file without a graph have codes of their own', async (t) => {
  t.is((await refusal(new Uint8Array())).code, 'MODEL_EMPTY');
  t.is((await refusal(Uint8Array.from([8, 8]))).code, 'MODEL_NO_GRAPH');
});

test('only ONNX is answered, by content where the name does not say', async (t) => {
  const named = await importBytes(relu, { file: 'net.bin' });
  t.deepEqual(named && operators(named), ['clip']);
  t.is(await importBytes(text('TFL3 something else'), { file: 'net.tflite' }), null);
  t.is(await importBytes(new Uint8Array(), { file: 'net.bin' }), null);
  t.is(await importBytes(relu.slice(0, 40), { file: 'net.bin' }), null);
});
