import { defineConfig } from 'match-compiler';

export default defineConfig({
  models: [{ file: 'digits.onnx', name: 'digits' }],
  targets: ['host'],
});
