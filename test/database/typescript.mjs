import { createRequire } from 'node:module';

// Lets a process that jest does not run require the sources: swc compiles them as they are loaded.
export const require = createRequire(import.meta.url);
const { transformFileSync } = require('@swc/core');
const Module = require('node:module');

Module._extensions['.ts'] = (module, path) => {
  const { code } = transformFileSync(path, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  module._compile(code, path);
};
