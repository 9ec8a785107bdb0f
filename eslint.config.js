import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['dist/', 'runs/', 'coverage/', 'src/kernels/assembly/', 'src/random/assembly/', 'bench/assembly/', '**/.venv/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
    },
  },
  {
    files: ['test/**/*.ts'], // ava fails a test that asserts nothing, unless it is told to pass; and no assertion depends on how fast a machine is
    rules: {
      'no-restricted-properties': ['error', { object: 't', property: 'pass', message: 'assert something' }, { object: 'performance', property: 'now', message: 'hand in a clock' }, { object: 'Date', property: 'now', message: 'hand in a clock' }],
    },
  },
  {
    files: ['**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);
