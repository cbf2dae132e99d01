import { defineConfig } from 'match-compiler';

/** Copy this to match.config.ts beside your model. Every field may be left out; `models` may be named on the command line instead. */
export default defineConfig(({ command }) => ({
  models: [
    // A path relative to this file…
    'models/keyword-spotting.tflite',
    // … or a path with what the file does not say.
    {
      file: 'models/detector.onnx',
      // Stem of the C names and of the output folder.
      name: 'detector',
      // For inputs with dynamic dimensions.
      inputShapes: { image: [1, 3, 96, 96] },
      // Arithmetic of requantization; the default is that of the format.
      rounding: 'integer-single',
      // Tensors to produce instead of the model's own outputs.
      outputs: ['logits'],
    },
  ],

  // Built-in target bundles by name, or target plugins of your own.
  targets: ['host'],

  // Plugins beside the built-in ones; nested lists and conditions are fine.
  plugins: [],

  // Two models for one target: generated/<model>/<target>/.
  outDir: 'generated',

  // Who owns the memory of inputs and outputs: the network's arena, or the caller.
  io: { inputs: 'arena', outputs: 'arena' },

  // Every layer's own arithmetic; 'hardware' for the scaling of the target's accelerators.
  numerics: 'exact',

  // A sample with its expected outputs in main.c, so that `make run` checks itself.
  selfCheck: true,

  // Verify the graph after every pass while trying things out.
  verifyEach: command === 'run',
}));
