export * from './expand.ts';
export * from './printer.ts';
export * from './program.ts';
export * from './verifier.ts';
