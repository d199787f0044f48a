import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// Imports point one way: main -> http -> resolvers -> services -> entities. Each entry names what a folder must
// not reach for; what it needs from there is handed to it by main or by a command in cli/.
const forbiddenImports = {
  entities: ['services', 'resolvers', 'http', 'backup', 'database', 'cli'],
  values: ['entities', 'services', 'resolvers', 'http', 'backup', 'database', 'cli'],
  services: ['resolvers', 'http', 'backup', 'cli'],
  resolvers: ['http', 'database', 'cli'],
  http: ['cli'],
  cli: ['http'],
  backup: ['entities', 'services', 'resolvers', 'http', 'cli'],
  database: ['services', 'resolvers', 'http', 'backup', 'cli'],
};

const oneWay = Object.entries(forbiddenImports).map(([folder, others]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: others.map((other) => ({
          regex: `^(\\.\\./)+${other}(/|$)`,
          message: `src/${folder} must not import src/${other}: imports point one way.`,
        })),
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'dist.*/', 'coverage/', 'storage/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,mts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-extraneous-class': 'off',
      // The classes that describe GraphQL types are shapes: plain objects of that shape are what resolvers return.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  ...oneWay,
  { files: ['console/src/**/*.{ts,tsx}'], extends: [reactHooks.configs.flat.recommended] },
  { ignores: ['console/src/api/operations.ts', 'examples/operations.ts'] },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', module: 'writable', require: 'readonly', URL: 'readonly' },
    },
  },
  prettier,
);
