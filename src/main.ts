import 'reflect-metadata';
import path from 'node:path';
import { pino } from 'pino';
import { startApplication, type Application } from './app';
import { loadProcessConfig } from './config';

/** Beside this file in a build. */
const BACKUP_PROGRAM = path.join(__dirname, 'cli', 'backup-worker.js');

async function main(): Promise<void> {
  const config = loadProcessConfig();
  // Standard output is for the few lines meant for whoever started the server; the log is JSON on standard error.
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
  const stopAsked = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, resolve);
  });

  const app = await startApplication({ config, log, backupProgram: BACKUP_PROGRAM });
  announce(app, config.firstAdmin.email);
  await stopAsked;
  say('Stopping: requests and a backup that run are finished first.');
  await app.close();
  say('Stopped.');
}

function announce({ url, generatedPassword }: Application, adminEmail: string): void {
  if (generatedPassword !== null) {
    say(`The first administrator is ${adminEmail} with the password ${generatedPassword} (shown this once).`);
  }
  say(`Motorpool is ready at ${url}/graphql, for administrators at ${url}/admin/graphql.`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().then(
  () => {
    process.exit(0);
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message.replace(/\s*\n\s*/g, ' ')}\n`);
    process.exit(1);
  },
);
