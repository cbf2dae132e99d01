// Forward and backward passes of each layer type, one image at a time, in channel-row-column
// order and double precision. The forward passes also serve the integer net: sums of integers
// are exact in doubles.

const paddedBuffers = new Map();

/** A buffer for planes of this shape with one zero around each, reused for speed. */
function paddedBuffer(purpose, { channels, height, width }) {
  const key = `${purpose} ${channels} ${height} ${width}`;
  if (!paddedBuffers.has(key)) {
    paddedBuffers.set(key, new Float64Array(channels * (height + 2) * (width + 2)));
  }
  return paddedBuffers.get(key);
}

/** Overwrites only the inside of the buffer: its border stays zero. */
function padPlanes(input, shape) {
  const { channels, height, width } = shape;
  const padded = paddedBuffer('input', shape);
  let i = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const row = (c * (height + 2) + y + 1) * (width + 2) + 1;
      for (let x = 0; x < width; x++) padded[row + x] = input[i++];
    }
  }
  return padded;
}

/**
 * 3x3 convolutions, plain or depthwise, with stride 1 and zero padding. All nine taps are taken
 * in one pass over an output plane, which is faster than one pass for each.
 */
function conv3x3Forward(layer, input, { weight, bias }, output) {
  const {
    outShape: { channels, height, width },
    weightShape,
    groups,
  } = layer;
  const padded = padPlanes(input, layer.inShape);
  const stride = width + 2;
  const plane = (height + 2) * stride;
  const perOutput = weightShape[1];
  let k = 0;
  for (let co = 0; co < channels; co++) {
    output.fill(bias[co], co * height * width, (co + 1) * height * width);
    for (let n = 0; n < perOutput; n++, k += 9) {
      const [w0, w1, w2] = [weight[k], weight[k + 1], weight[k + 2]];
      const [w3, w4, w5] = [weight[k + 3], weight[k + 4], weight[k + 5]];
      const [w6, w7, w8] = [weight[k + 6], weight[k + 7], weight[k + 8]];
      const from = (groups === 1 ? n : co) * plane;
      let o = co * height * width;
      for (let y = 0; y < height; y++) {
        let a = from + y * stride;
        let b = a + stride;
        let c = b + stride;
        for (let x = 0; x < width; x++, o++, a++, b++, c++) {
          output[o] +=
            w0 * padded[a] +
            w1 * padded[a + 1] +
            w2 * padded[a + 2] +
            w3 * padded[b] +
            w4 * padded[b + 1] +
            w5 * padded[b + 2] +
            w6 * padded[c] +
            w7 * padded[c + 1] +
            w8 * padded[c + 2];
        }
      }
    }
  }
}

function conv3x3Backward(layer, input, weight, outGradient, inGradient, weightGradient) {
  const {
    inShape,
    outShape: { channels, height, width },
    weightShape,
    groups,
  } = layer;
  const padded = padPlanes(input, inShape);
  const paddedGradient = paddedBuffer('gradient', inShape).fill(0);
  const stride = width + 2;
  const plane = (height + 2) * stride;
  const perOutput = weightShape[1];
  let k = 0;
  for (let co = 0; co < channels; co++) {
    for (let n = 0; n < perOutput; n++) {
      const from = (groups === 1 ? n : co) * plane;
      // Three taps, a row of the kernel, at a time.
      for (let ky = 0; ky < 3; ky++, k += 3) {
        const [w0, w1, w2] = [weight[k], weight[k + 1], weight[k + 2]];
        let [s0, s1, s2] = [0, 0, 0];
        let o = co * height * width;
        for (let y = 0; y < height; y++) {
          let i = from + (y + ky) * stride;
          for (let x = 0; x < width; x++, o++, i++) {
            const g = outGradient[o];
            s0 += g * padded[i];
            s1 += g * padded[i + 1];
            s2 += g * padded[i + 2];
            paddedGradient[i] += g * w0;
            paddedGradient[i + 1] += g * w1;
            paddedGradient[i + 2] += g * w2;
          }
        }
        weightGradient[k] += s0;
        weightGradient[k + 1] += s1;
        weightGradient[k + 2] += s2;
      }
    }
  }
  for (let c = 0, i = 0; c < inShape.channels; c++) {
    for (let y = 0; y < height; y++) {
      const row = c * plane + (y + 1) * stride + 1;
      for (let x = 0; x < width; x++) inGradient[i++] += paddedGradient[row + x];
    }
  }
}

/**
 * Pointwise (1x1) convolutions are matrix products and most of the work; taking four input
 * channels per pass over the output plane makes them two to four times as fast.
 */
function pointwiseForward(layer, input, { weight, bias }, output) {
  const { inShape, outShape } = layer;
  const plane = outShape.height * outShape.width;
  const inChannels = inShape.channels;
  for (let co = 0; co < outShape.channels; co++) {
    const out = output.subarray(co * plane, (co + 1) * plane);
    out.fill(bias[co]);
    for (let ci = 0; ci < inChannels; ci += 4) {
      const k = co * inChannels + ci;
      const [w0, w1, w2, w3] = [weight[k], weight[k + 1], weight[k + 2], weight[k + 3]];
      let i = ci * plane;
      for (let o = 0; o < plane; o++, i++) {
        out[o] +=
          w0 * input[i] + w1 * input[i + plane] + w2 * input[i + 2 * plane] + w3 * input[i + 3 * plane];
      }
    }
  }
}

function pointwiseBackward(layer, input, weight, outGradient, inGradient, weightGradient) {
  const { inShape, outShape } = layer;
  const plane = outShape.height * outShape.width;
  const inChannels = inShape.channels;
  for (let co = 0; co < outShape.channels; co++) {
    const out = outGradient.subarray(co * plane, (co + 1) * plane);
    for (let ci = 0; ci < inChannels; ci += 4) {
      const k = co * inChannels + ci;
      const [w0, w1, w2, w3] = [weight[k], weight[k + 1], weight[k + 2], weight[k + 3]];
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      let i = ci * plane;
      for (let o = 0; o < plane; o++, i++) {
        const g = out[o];
        s0 += g * input[i];
        s1 += g * input[i + plane];
        s2 += g * input[i + 2 * plane];
        s3 += g * input[i + 3 * plane];
        inGradient[i] += g * w0;
        inGradient[i + plane] += g * w1;
        inGradient[i + 2 * plane] += g * w2;
        inGradient[i + 3 * plane] += g * w3;
      }
      weightGradient[k] += s0;
      weightGradient[k + 1] += s1;
      weightGradient[k + 2] += s2;
      weightGradient[k + 3] += s3;
    }
  }
}

function convForward(layer, input, parameters, output) {
  const pass = layer.kernel === 1 ? pointwiseForward : conv3x3Forward;
  pass(layer, input, parameters, output);
}

function convBackward(layer, input, { weight }, outGradient, inGradient, gradients) {
  const plane = outGradient.length / gradients.bias.length;
  for (let o = 0; o < outGradient.length; o++) gradients.bias[Math.floor(o / plane)] += outGradient[o];
  const pass = layer.kernel === 1 ? pointwiseBackward : conv3x3Backward;
  pass(layer, input, weight, outGradient, inGradient, gradients.weight);
}

function denseForward(input, { weight, bias }, output) {
  for (let o = 0; o < output.length; o++) {
    let sum = bias[o];
    for (let i = 0; i < input.length; i++) sum += weight[o * input.length + i] * input[i];
    output[o] = sum;
  }
}

function denseBackward(input, { weight }, outGradient, inGradient, gradients) {
  for (let o = 0; o < outGradient.length; o++) {
    const g = outGradient[o];
    gradients.bias[o] += g;
    for (let i = 0; i < input.length; i++) {
      gradients.weight[o * input.length + i] += g * input[i];
      inGradient[i] += g * weight[o * input.length + i];
    }
  }
}

/** Calls visit(outIndex, inIndex) with the index of each pooling window's largest input. */
function forEachMaximum(layer, input, visit) {
  const { inShape, outShape, kernel, stride } = layer;
  let o = 0;
  for (let c = 0; c < outShape.channels; c++) {
    for (let oy = 0; oy < outShape.height; oy++) {
      for (let ox = 0; ox < outShape.width; ox++) {
        const corner = (c * inShape.height + oy * stride) * inShape.width + ox * stride;
        let best = corner;
        for (let ky = 0; ky < kernel; ky++) {
          for (let kx = 0; kx < kernel; kx++) {
            const i = corner + ky * inShape.width + kx;
            if (input[i] > input[best]) best = i;
          }
        }
        visit(o++, best);
      }
    }
  }
}

/** A layer's result before its Relu. */
export function accumulate(layer, inputs, parameters, output) {
  const [input, second] = inputs;
  switch (layer.type) {
    case 'conv':
      return convForward(layer, input, parameters, output);
    case 'dense':
      return denseForward(input, parameters, output);
    case 'add':
      for (let i = 0; i < output.length; i++) output[i] = input[i] + second[i];
      return;
    case 'max':
      return forEachMaximum(layer, input, (o, i) => (output[o] = input[i]));
    case 'flatten':
      return output.set(input);
  }
}

export function forward(layer, inputs, parameters, output) {
  accumulate(layer, inputs, parameters, output);
  if (layer.relu) {
    for (let i = 0; i < output.length; i++) if (output[i] < 0) output[i] = 0;
  }
}

/** Adds to inGradients and gradients; outGradient is overwritten where a Relu cut off. */
export function backward(layer, inputs, parameters, output, outGradient, inGradients, gradients) {
  const [input] = inputs;
  const [inGradient] = inGradients;
  if (layer.relu) {
    for (let i = 0; i < output.length; i++) if (output[i] === 0) outGradient[i] = 0;
  }
  switch (layer.type) {
    case 'conv':
      return convBackward(layer, input, parameters, outGradient, inGradient, gradients);
    case 'dense':
      return denseBackward(input, parameters, outGradient, inGradient, gradients);
    case 'add':
    case 'flatten':
      for (const target of inGradients) {
        for (let i = 0; i < output.length; i++) target[i] += outGradient[i];
      }
      return;
    case 'max':
      return forEachMaximum(layer, input, (o, i) => (inGradient[i] += outGradient[o]));
  }
}
