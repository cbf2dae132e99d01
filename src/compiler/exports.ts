export { boundTensor } from './bind.ts';
export * from './compiler.ts';
export * from './hooks.ts';
export * from './options.ts';
export type { PluginContext } from './plugin-context.ts';
export { handlerOrder, type HandlerRun, type Observer } from './plugin-driver.ts';
export { checkPlugin, definePlugin, type CompilerApi, type Exact, type Plugin } from './plugin.ts';
