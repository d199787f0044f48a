import { posix } from 'node:path';
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const DATABASE = ['database/connection', 'database/host', 'database/cluster'];
/** What every room of the backups stands on. */
const GROUND = ['backup/core', 'backup/client', 'backup/files', 'backup/server'];

/**
 * Which room may import which: imports point one way, from a room to those that stand above it in this list. A room is
 * a folder of src. What a room needs from below is handed to it by app.ts or by a command in cli.
 * docs/architecture.md draws this table, and a test holds that table, picture and code are the same.
 */
export const rooms = {
  values: [],
  scalars: ['values'],
  entities: ['scalars', 'values'],
  'database/connection': [],
  'database/host': ['database/connection'],
  'database/cluster': ['database/connection'],
  'database/embedded': ['database/connection', 'database/host'],
  'database/migrations': [],
  database: [
    'database/connection',
    'database/host',
    'database/cluster',
    'database/embedded',
    'database/migrations',
    'entities',
  ],
  'services/ledger-check': ['database/connection'],
  services: ['services/ledger-check', 'database/connection', 'entities', 'values'],
  'backup/core': ['database/connection'],
  'backup/client': ['backup/core', 'database/connection', 'database/host'],
  'backup/files': ['backup/core', 'backup/client', 'database/connection'],
  'backup/server': ['backup/core', 'backup/client', 'backup/files', ...DATABASE],
  'backup/dump': [...GROUND, ...DATABASE],
  'backup/load': ['backup/dump', ...GROUND, ...DATABASE],
  'backup/prove': ['backup/load', 'database/embedded', ...GROUND, ...DATABASE],
  'backup/binlog': [...GROUND, ...DATABASE],
  'backup/segments/decode': ['backup/binlog', ...GROUND, ...DATABASE],
  'backup/segments': ['backup/binlog', 'backup/segments/decode', ...GROUND, ...DATABASE],
  'backup/run': ['backup/binlog', 'backup/segments', 'backup/dump', 'backup/prove', ...GROUND, ...DATABASE],
  'backup/restore/common': [...GROUND, ...DATABASE],
  'backup/restore/plan': ['backup/binlog', 'backup/segments', 'backup/restore/common', ...GROUND, ...DATABASE],
  'backup/restore/swap': ['backup/dump', 'backup/load', 'backup/restore/common', ...GROUND, ...DATABASE],
  'backup/restore': [
    'backup/binlog',
    'backup/segments',
    'backup/load',
    'backup/prove',
    'backup/run',
    'backup/restore/common',
    'backup/restore/plan',
    'backup/restore/swap',
    ...GROUND,
    ...DATABASE,
  ],
  'backup/schedule': ['backup/run', 'backup/segments', ...GROUND],
  'backup/offsite': ['backup/prove', 'backup/run', 'backup/schedule', ...GROUND, ...DATABASE],
  'backup/status': [
    'backup/binlog',
    'backup/prove',
    'backup/schedule',
    'backup/segments',
    'values',
    ...GROUND,
    ...DATABASE,
  ],
  config: ['backup/core', 'backup/offsite', 'database/connection', 'values'],
  program: ['backup/core', 'backup/run', 'config', 'database/connection'],
  'resolvers/types': ['services', 'entities', 'scalars', 'values'],
  resolvers: ['resolvers/types', 'services', 'backup/status', 'entities', 'scalars', 'values'],
  'http/graphql': ['resolvers', 'services', 'backup/core'],
  http: [
    'http/graphql',
    'resolvers',
    'services',
    'backup/files',
    'backup/status',
    'database/connection',
    'entities',
    'scalars',
    'values',
  ],
};

/** Every file of a room lies in its folder, so that another room has one relative path from there. */
const walls = Object.entries(rooms).map(([room, allowed]) => ({
  files: [`src/${room}/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [...Object.keys(rooms), 'cli', 'demo']
          .filter((other) => other !== room && !allowed.includes(other))
          .map((other) => ({
            regex: `^${relativePath(room, other)}(/[^/]+)?$`,
            message: `src/${room} must not import src/${other}: eslint.config.mjs says which room may import which.`,
          })),
      },
    ],
  },
}));

function relativePath(from, to) {
  const path = posix.relative(from, to);
  return (path.startsWith('.') ? path : `./${path}`).replaceAll('.', '\\.');
}

export default tseslint.config(
  { ignores: ['dist/', 'dist.*/', 'coverage/', 'storage/', 'node_modules/', 'first.mjs'] },
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
  ...walls,
  { files: ['console/src/**/*.{ts,tsx}'], extends: [reactHooks.configs.flat.recommended] },
  { ignores: ['console/src/api/operations.ts', 'console/src/api/pool-operations.ts', 'examples/operations.ts'] },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', module: 'writable', require: 'readonly', URL: 'readonly' },
    },
  },
  prettier,
);
