import { definePlugin, Rewriter } from 'match-compiler';
import { moveDequantizeDown } from './dequantize-down.ts';
import { lowerAt } from './lower-at.ts';
import { mergeQuantize, moveQuantizeUp } from './quantize-up.ts';

/**
 * Turns dequantize → operator → quantize into integer arithmetic under the rounding rule of the build
 * (`integer-single` unless asked otherwise). What has no integer form stays as it is, in floats between
 * its conversions; a value that is also read as float keeps its dequantize for those readers.
 */
export const lowerQuantized = definePlugin((options: { readonly name?: string } = {}) => ({
  name: options.name ?? 'lower-quantized',
  transform(graph, context) {
    const rewriter = new Rewriter(graph);
    const lower = lowerAt(context.options.rounding ?? 'integer-single');
    rewriter.run([moveDequantizeDown, mergeQuantize, lower, moveQuantizeUp]);
    return rewriter.changes === 0 ? graph : rewriter.finish();
  },
}));

export default lowerQuantized;
