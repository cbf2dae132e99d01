import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { largestModel, readModel } from '../../src/build/model-source.ts';
import { folderWith } from '../support/match-cli.ts';

const root = folderWith({
  'models/model.onnx': 'model',
  'models/weights.bin': '0123456789',
  'models/data/more.bin': 'more',
  'secret.bin': 'secret',
});
symlinkSync(join(root, 'secret.bin'), join(root, 'models/link.bin'));
symlinkSync(root, join(root, 'models/up'));
symlinkSync('weights.bin', join(root, 'models/inside.bin'));

const source = readModel(join(root, 'models/model.onnx'), 'model.onnx', {});
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function refused(t: ExecutionContext, code: string, action: () => unknown): void {
  const error = t.throws<Error & { diagnostic?: { code: string } }>(action);
  t.is(error?.diagnostic?.code, code, error?.stack);
}

test('data beside the model is read in parts', (t) => {
  t.is(text(source.bytes), 'model');
  t.is(text(source.readBeside('weights.bin', 0, undefined)), '0123456789');
  t.is(text(source.readBeside('weights.bin', 3, 4)), '3456');
  t.is(text(source.readBeside('./data/more.bin', 1, undefined)), 'ore');
  t.is(text(source.readBeside('inside.bin', 9, 1)), '9');
  t.is(source.readBeside('weights.bin', 10, 0).length, 0);
});

test('nothing outside the folder is read, whatever the model says', (t) => {
  const outside = [
    '../secret.bin',
    'data/../../secret.bin',
    '..\\secret.bin',
    join(root, 'secret.bin'),
    'C:\\secret.bin',
    'C:secret.bin',
    'link.bin',
    'up/secret.bin',
    '',
    'weights.bin\0',
  ];
  for (const location of outside)
    refused(t, 'EXTERNAL_DATA_OUTSIDE', () => source.readBeside(location, 0, 1));
});

test('what is missing, too short or no file is said', (t) => {
  refused(t, 'EXTERNAL_DATA_MISSING', () => source.readBeside('gone.bin', 0, 1));
  refused(t, 'EXTERNAL_DATA_MISSING', () => source.readBeside('weights.bin/x', 0, 1));
  refused(t, 'EXTERNAL_DATA_UNREADABLE', () => source.readBeside('data', 0, 1));
  for (const [offset, length] of [
    [0, 11],
    [8, 4],
    [11, undefined],
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [NaN, 1],
    [2 ** 53, 1],
    [0, Infinity],
  ] as const) {
    refused(t, 'EXTERNAL_DATA_LENGTH', () => source.readBeside('weights.bin', offset, length));
  }
});

test('a model that cannot be read', (t) => {
  const read = (name: string): unknown => readModel(join(root, name), name, {});
  refused(t, 'MODEL_MISSING', () => read('gone.onnx'));
  refused(t, 'MODEL_MISSING', () => read('secret.bin/model.onnx'));
  refused(t, 'MODEL_NOT_A_FILE', () => read('models'));
  writeFileSync(join(root, 'empty.onnx'), '');
  refused(t, 'MODEL_EMPTY', () => read('empty.onnx'));
  mkdirSync(join(root, 'sparse'));
  writeFileSync(join(root, 'sparse/large.onnx'), '');
  truncateSync(join(root, 'sparse/large.onnx'), largestModel + 1);
  refused(t, 'MODEL_TOO_LARGE', () => read('sparse/large.onnx'));
  if (process.platform === 'linux')
    refused(t, 'MODEL_NOT_A_FILE', () => readModel('/dev/null', '/dev/null', {}));
});
