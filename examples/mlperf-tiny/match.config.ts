import { fileURLToPath } from 'node:url';
import { defineConfig } from 'match-compiler';
import { modelFiles } from './models.ts';

const models = fileURLToPath(new URL('models', import.meta.url));

/** Trained models are taken from the folder that MLPERF_TINY_MODELS names. */
export default defineConfig({
  models: [...modelFiles(models, process.env['MLPERF_TINY_MODELS'])],
  targets: ['host'],
});
