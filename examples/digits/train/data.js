// The digits: loaded from the `mnist` package, split, and augmented for training.

import { createRequire } from 'node:module';
import { shuffle } from './random.js';

export const SIDE = 28;
const PIXELS = SIDE * SIDE;
const CLASSES = 10;

const require = createRequire(import.meta.url);

/** All digits, one array per class, each an array of { pixels: Uint8Array, label }. */
function loadDigits() {
  return Array.from({ length: CLASSES }, (_, label) => {
    // The package's own entry point only offers unseeded random subsets.
    const { data } = require(`mnist/src/digits/${label}.json`);
    // It stores pixel / 255 rounded to three decimals: 256 distinct values, so
    // rounding gives every original byte back.
    const bytes = Uint8Array.from(data, (value) => Math.round(value * 255));
    return Array.from({ length: bytes.length / PIXELS }, (_, i) => ({
      pixels: bytes.subarray(i * PIXELS, (i + 1) * PIXELS),
      label,
    }));
  });
}

/**
 * Splits the digits, class by class, into:
 * - test: `testPerClass` of each digit, ordered 0, 1, ... 9, 0, 1, ...
 * - heldOut: `heldOutPerClass` of each digit, the test digits among them
 * - training: all the others, shuffled
 */
export function splitDigits({ heldOutPerClass, testPerClass, random }) {
  const byClass = loadDigits().map((digits) => shuffle(digits, random));
  const heldOut = [];
  for (let i = 0; i < heldOutPerClass; i++) {
    for (const digits of byClass) heldOut.push(digits[i]);
  }
  const training = byClass.flatMap((digits) => digits.slice(heldOutPerClass));
  return {
    test: heldOut.slice(0, testPerClass * CLASSES),
    heldOut,
    training: shuffle(training, random),
  };
}

/** The pixels as the net sees them: 0..1. */
export function toInput(digit) {
  return Float64Array.from(digit.pixels, (pixel) => pixel / 255);
}

/** Like toInput, but a little distorted: in place, slant and size, by a slow wave, in contrast. */
export function augmentedInput(digit, random) {
  const between = (low, high) => low + (high - low) * random();
  const angle = between(-0.2, 0.2);
  const shear = between(-0.15, 0.15);
  const zoomX = between(0.9, 1.1);
  const zoomY = between(0.9, 1.1);
  const shiftX = between(-2, 2);
  const shiftY = between(-2, 2);
  // Sharpens the blur of the interpolation, and makes strokes thinner or thicker.
  const contrast = between(1, 2);
  const threshold = between(0.35, 0.65);
  const waveX = wave(between);
  const waveY = wave(between);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const centre = (SIDE - 1) / 2;
  const { pixels } = digit;
  const at = (x, y) => (x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : pixels[y * SIDE + x]);

  const out = new Float64Array(PIXELS);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const u = x - centre - shiftX + waveX[y];
      const v = y - centre - shiftY + waveY[x];
      const sourceX = centre + (cos * u + (sin + shear) * v) * zoomX;
      const sourceY = centre + (cos * v - sin * u) * zoomY;
      const x0 = Math.floor(sourceX);
      const y0 = Math.floor(sourceY);
      const fx = sourceX - x0;
      const fy = sourceY - y0;
      const top = at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx;
      const bottom = at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx;
      const value = (top * (1 - fy) + bottom * fy) / 255;
      out[y * SIDE + x] = Math.max(0, Math.min(1, (value - threshold) * contrast + threshold));
    }
  }
  return out;
}

/** Displacements along one axis, of up to a pixel. */
function wave(between) {
  const height = between(0, 1);
  const phase = between(0, 2 * Math.PI);
  const frequency = (between(0.5, 1.5) * 2 * Math.PI) / SIDE;
  return Float64Array.from({ length: SIDE }, (_, i) => height * Math.sin(phase + frequency * i));
}
