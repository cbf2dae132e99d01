export * from './expand.ts';
export * from './printer.ts';
export * from './program.ts';
export * from './roll.ts';
export * from './transfer-shape.ts';
export * from './verifier.ts';
