export { defineConfig } from './define.ts';
export type {
  ConfigEnvironment,
  ConfigFunction,
  ModelConfig,
  PluginOption,
  UserConfig,
  UserConfigExport,
} from './user-config.ts';
