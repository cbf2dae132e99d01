/**
 * Parts of the built-in plugins that contract tests of targets build on; `src` itself knows no plugins.
 */
export { simulatorPlatform } from 'match-compiler/plugins/simulator';
export { searchSchedule } from 'match-compiler/plugins/tiling-search';
