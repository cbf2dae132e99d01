export * from './bundle.ts';
export * from './c-builder.ts';
export * from './c-literal.ts';
export * from './identifiers.ts';
export * from './source-map.ts';
export * from './template.ts';
export * from './translation-unit.ts';
