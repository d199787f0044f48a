import { require } from './typescript.mjs';

// Holds the lock of a file until it is killed, and prints when it has it: node lock-holder.mjs FILE.
const { withFileLock } = require('../../src/database/host/file-lock.ts');
process.on('SIGINT', () => process.stdout.write('interrupted\n'));
await withFileLock(process.argv[2], () => {
  process.stdout.write('held\n');
  return new Promise(() => undefined);
});
