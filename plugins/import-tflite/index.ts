import { definePlugin, type Graph, type ModelSource } from 'match-compiler';
import { emptyFile, notTflite } from './diagnostics.ts';
import { readModel } from './file/model.ts';
import { fileIdentifier } from './file/schema.ts';
import { importGraph } from './graph-import.ts';

export { operatorSupport, type OperatorSupport } from './operators/support.ts';
export { operators } from './operators/table.ts';

/**
 * Reads TensorFlow Lite models: files with the identifier TFL3, and those called `.tflite`. Quantized operators
 * become integer ones with explicit requantization under the rule of `options.rounding`: by default that of TFLite's
 * own kernels.
 */
export const importTflite = definePlugin(() => ({
  name: 'import-tflite',
  importModel: (source: ModelSource): Graph | null => (isTflite(source) ? importFile(source) : null),
}));

function isTflite({ file, bytes }: ModelSource): boolean {
  return identifierOf(bytes) === fileIdentifier || file.toLowerCase().endsWith('.tflite');
}

/** @throws {MatchError} MODEL_EMPTY, MODEL_DECODE and those of the graph */
function importFile(source: ModelSource): Graph {
  const { file, bytes } = source;
  if (bytes.length === 0) throw emptyFile(file);
  const fault = (offset: number, reason: string): Error => notTflite(file, offset, reason);
  const identifier = identifierOf(bytes);
  if (identifier !== fileIdentifier) {
    throw fault(
      Math.min(4, bytes.length),
      `its identifier is ${JSON.stringify(identifier)} instead of "${fileIdentifier}"`,
    );
  }
  return importGraph(source, readModel(bytes, fault));
}

/** The four characters after the offset of the root table. */
function identifierOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(4, 8));
}

export default importTflite;
