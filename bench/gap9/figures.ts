/** Vendor's flow on the chip: MLPerf Tiny v1.0 closed, 370 MHz. Quoted beside simulated figures, never mixed with them. */
export const vendorKilocycles: Readonly<Record<string, number>> = {
  autoencoder: 65.0,
  resnet8: 228.0,
  'ds-cnn': 175.9,
  mobilenet: 416.2,
};

/** Kilocycles that the int8 networks may take with `hardware` numerics, and those to aim at. */
export const limits: Readonly<Record<string, { readonly most: number; readonly aim: number }>> = {
  autoencoder: { most: 65, aim: 42 },
  resnet8: { most: 228, aim: 175 },
  'ds-cnn': { most: 176, aim: 100 },
  mobilenet: { most: 416, aim: 200 },
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

/** 84537 → `84.5`, 1234567 → `1,234.6`: thousands. */
export function kilo(value: number): string {
  return (value / 1000).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

export function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
