import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const importRule = (patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

/** What a plugin's file at this depth below its folder may not import: everything that a stranger's plugin could not. */
function pluginImports(depth) {
  const up = '\\.\\./'.repeat(depth + 1);
  return {
    files: [`plugins/*/${'*/'.repeat(depth)}*.ts`],
    rules: importRule([
      { regex: `^${up}`, message: 'a plugin imports nothing outside its own folder by path' },
      {
        regex: '^match-compiler/(?!plugins/)',
        message: "a plugin imports 'match-compiler' and 'match-compiler/plugins/*' alone",
      },
    ]),
  };
}

export default defineConfig(
  {
    ignores: [
      'dist/',
      'build/',
      'node_modules/',
      '**/*.generated.*',
      'test/**/fixtures/**',
      'examples/digits/train/',
      'match-out/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.json', 'tsconfig.test.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Hooks, evaluations and handlers may be asynchronous without having to be.
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  ...[0, 1, 2, 3].map(pluginImports),
  {
    files: ['src/**/*.ts'],
    ignores: ['src/build/**', 'src/cli/**'],
    rules: importRule([
      { regex: '(^|/)plugins/', message: 'src does not know the plugins; src/build lists them' },
      { regex: '^match-compiler', message: 'inside src, import by path' },
    ]),
  },
  {
    files: ['**/*.js'],
    rules: { 'no-undef': 'off', 'no-unused-vars': 'error', 'prefer-const': 'error' },
  },
);
