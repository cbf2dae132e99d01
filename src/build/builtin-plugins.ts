import diana from 'match-compiler/plugins/diana';
import eliminateDeadCode from 'match-compiler/plugins/eliminate-dead-code';
import eliminateReshape from 'match-compiler/plugins/eliminate-reshape';
import eliminateTranspose from 'match-compiler/plugins/eliminate-transpose';
import emitC from 'match-compiler/plugins/emit-c';
import foldConstants from 'match-compiler/plugins/fold-constants';
import foldStrides from 'match-compiler/plugins/fold-strides';
import fuseActivation from 'match-compiler/plugins/fuse-activation';
import fuseBatchNorm from 'match-compiler/plugins/fuse-batch-norm';
import fusePad from 'match-compiler/plugins/fuse-pad';
import fuseRequantize from 'match-compiler/plugins/fuse-requantize';
import gap9 from 'match-compiler/plugins/gap9';
import hardwareRequantize from 'match-compiler/plugins/hardware-requantize';
import host from 'match-compiler/plugins/host';
import importOnnx from 'match-compiler/plugins/import-onnx';
import importTflite from 'match-compiler/plugins/import-tflite';
import lowerQuantized from 'match-compiler/plugins/lower-quantized';
import memoryPlanner from 'match-compiler/plugins/memory-planner';
import partition from 'match-compiler/plugins/partition';
import pulpOpen from 'match-compiler/plugins/pulp-open';
import quantizeForTarget from 'match-compiler/plugins/quantize-for-target';
import scheduler from 'match-compiler/plugins/scheduler';
import symmetricPadding from 'match-compiler/plugins/symmetric-padding';
import tilingSearch from 'match-compiler/plugins/tiling-search';
import unfoldConvolution from 'match-compiler/plugins/unfold-convolution';
import wholeLayer from 'match-compiler/plugins/whole-layer';
import unsignedActivations from 'match-compiler/plugins/unsigned-activations';
import type { Plugin } from '../compiler/plugin.ts';

/** The plugins of every build, in the order in which each hook asks them. */
export function builtinPlugins(): readonly Plugin[] {
  return [
    importOnnx(),
    importTflite(),
    // The integers behind a dequantize stay visible until lower-quantized has taken them.
    foldConstants(),
    eliminateReshape(),
    lowerQuantized(),
    fuseRequantize(),
    eliminateTranspose(),
    // Pads, batch norms and activations stand beside their layers only now.
    foldConstants({ dequantize: 'fold' }),
    fuseBatchNorm(),
    fusePad(),
    fuseActivation(),
    eliminateReshape({ name: 'eliminate-reshape:late' }),
    eliminateDeadCode(),
    // What the target's engines want of signs and scales, before anything is mapped to them.
    unsignedActivations(),
    quantizeForTarget(),
    hardwareRequantize(),
    // Convolutions in forms that some engine runs, where it runs them in no other.
    symmetricPadding(),
    foldStrides(),
    unfoldConvolution(),
    partition(),
    wholeLayer(),
    tilingSearch(),
    scheduler(),
    memoryPlanner(),
    emitC(),
  ];
}

/** Target bundles that may be asked for by name. */
export function builtinTargets(): readonly Plugin[] {
  return [host(), gap9(), pulpOpen(), diana()];
}
