import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import { ADMIN, PASSWORD } from './constants';

/** What no log may hold: hashes of passwords, tokens, and the passwords of the tests themselves. */
const SECRET = new RegExp(`\\$argon2|\\beyJ[\\w-]{8,}\\.|${PASSWORD}|${ADMIN.password}`);

/** @throws Error naming the line with a secret in it */
export function expectNoSecretIn(logged: string): void {
  const line = logged.split('\n').find((each) => SECRET.test(each));
  if (line !== undefined) throw new Error(`A secret was logged: ${line.slice(0, 2_000)}`);
}

/** The same for the backup log of a STORAGE_DIR. */
export function expectNoSecretInBackupLog(storageDir: string): void {
  const file = path.join(storageDir, 'logs', 'backup.log');
  if (existsSync(file)) expectNoSecretIn(readFileSync(file, 'utf8'));
}

/** A log that goes nowhere, and is looked through for secrets on its way. */
export function watchedLog(): { log: Logger; expectNoSecret: () => void } {
  let suspicious = '';
  const sink = new Writable({
    write: (line: Buffer, _encoding, done) => {
      const text = line.toString();
      if (SECRET.test(text)) suspicious ||= text;
      done();
    },
  });
  return {
    log: pino({ level: 'trace' }, sink),
    expectNoSecret: () => {
      expectNoSecretIn(suspicious);
    },
  };
}
