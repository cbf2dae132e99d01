import { defineConfig } from 'match-compiler';
import { embeddingOutput } from './embedding-output.ts';
import { layerTable } from './layer-table.ts';

export default defineConfig({
  models: [{ file: '../digits/digits.onnx' }],
  targets: ['host'],
  plugins: [embeddingOutput(), layerTable()],
});
