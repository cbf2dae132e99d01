// Writes NumPy's .npz: a zip of .npy files.

import { zipSync } from 'fflate';

/** Version 1.0 of the .npy format, for uint8 data. */
function npy(data, shape) {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Magic, version and length take 10 bytes; the data starts at a multiple of 64.
  const padded = header.padEnd(Math.ceil((10 + header.length + 1) / 64) * 64 - 11) + '\n';
  const start = [0x93, ...Buffer.from('NUMPY'), 1, 0, padded.length & 255, padded.length >> 8];
  return new Uint8Array(Buffer.concat([Buffer.from(start), Buffer.from(padded, 'latin1'), data]));
}

/** `arrays`: name -> { data: Uint8Array, shape }. */
export function writeNpz(arrays) {
  const files = Object.entries(arrays).map(([name, { data, shape }]) => [`${name}.npy`, npy(data, shape)]);
  // A fixed date, so that equal arrays make equal files.
  return zipSync(Object.fromEntries(files), { level: 9, mtime: new Date(1980, 0, 1) });
}
