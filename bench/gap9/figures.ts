/**
 * What the vendor's flow measured on the chip, at 5- to 7-bit weights: MLPerf Tiny v1.0 closed, 370 MHz, in
 * kilocycles. Quoted beside simulated figures, never mixed with them.
 */
export const vendorKilocycles: Readonly<Record<string, number>> = {
  autoencoder: 65.0,
  resnet8: 228.0,
  'ds-cnn': 175.9,
  mobilenet: 416.2,
};

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** 1234567 → `1,235`. */
export function kilo(value: number): string {
  return (value / 1000).toLocaleString('en-US', { maximumFractionDigits: value < 1e5 ? 1 : 0 });
}

export function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
