import { readFileSync } from 'node:fs';
import util from 'node:util';

/** A setting of the environment, or else of `.env`, as the programs themselves read it; an empty one is not set. */
export function setting(name) {
  return process.env[name] || readDotEnv()[name] || undefined;
}

/** True where the settings name a database that runs elsewhere. */
export function isDatabaseElsewhere() {
  return setting('DATABASE_URL') !== undefined || setting('DATABASE_URL_FILE') !== undefined;
}

function readDotEnv() {
  try {
    return util.parseEnv(readFileSync('.env', 'utf8'));
  } catch {
    // The program itself refuses a file that it cannot read, and says so.
    return {};
  }
}
