// Runs backup-process.ts in a process of its own: one that a test can kill.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { transformFileSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformFileSync(filename, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } },
    module: { type: 'commonjs' },
  });
  module._compile(code, filename);
};
require('./backup-process.ts');
