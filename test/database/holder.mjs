import { createInterface } from 'node:readline';
import { require } from './typescript.mjs';

// A process that uses the embedded database of a folder: node holder.mjs STORAGE_DIR. It prints its address once it
// holds it; then it reads one line: "release" leaves and prints "released", anything else ends without leaving. One
// that fails prints `{"error":...}`.
const { EmbeddedDatabase } = require('../../src/database/embedded/embedded.ts');
const database = new EmbeddedDatabase(process.argv[2]);
const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

try {
  print(await database.acquire());
  createInterface({ input: process.stdin }).once('line', async (line) => {
    if (line === 'release') {
      await database.release();
      print('released');
    }
    process.stdin.destroy();
  });
} catch (error) {
  print({ error: error.message });
}
