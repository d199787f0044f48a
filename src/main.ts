import 'reflect-metadata';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { pino, type Logger } from 'pino';
import { startApplication, type Application } from './app';
import { command, runCommand } from './cli/command';
import { loadProcessConfig, type LogLevel } from './config';

/** Beside this file in a build. */
const BACKUP_PROGRAM = path.join(__dirname, 'cli', 'backup-worker.js');
const COPY_PROGRAM = path.join(__dirname, 'cli', 'copy-worker.js');

const program = command(
  'start',
  'Starts the server. It takes no arguments: its settings are environment variables, listed in .env.example.',
).action(async () => {
  const config = loadProcessConfig();
  const stopAsked = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve);
  });

  const app = await startApplication({
    config,
    log: createLog(config.logLevel),
    backupProgram: BACKUP_PROGRAM,
    copyProgram: COPY_PROGRAM,
  });
  announce(app, config.firstAdmin.email);
  setTimeout(settleDown, SETTLE_AFTER_MS).unref();
  await stopAsked;
  say('Stopping: requests and a backup that run are finished first.');
  await app.close();
  say('Stopped.');
});

/** By then whoever waits for the start has been answered. */
const SETTLE_AFTER_MS = 1_000;

function settleDown(): void {
  // What a start does without: an upgrade that replaces the packages must not find it missing in a server that runs.
  void Promise.allSettled([import('jose'), import('graphql-jit')]);
  // V8 lets a heap grow to four times of what lives in it where its collections happened to be slow: the same server
  // was seen with 150 and with 220 MiB. With this it stays below 170, and there are a fifth fewer of the largest
  // answers a second, and as many others (bench: rss, read-mercurius, read-list).
  setUnlessChosen('heap-growing-percent', '--heap-growing-percent=60');
  // Where the first answers are large, their rows live through some collections, and V8 puts the rows of all later ones
  // among the old objects, for good: a list then took 1.6 times as long, most of it collecting (bench: read-list).
  setUnlessChosen('allocation-site-pretenuring', '--no-allocation-site-pretenuring');
}

/** Whoever gave `node` the flag meant it. */
function setUnlessChosen(name: string, flag: string): void {
  const given = new RegExp(`^--(no-?)?${name}(=|$)`);
  if (!process.execArgv.some((argument) => given.test(argument.replaceAll('_', '-')))) setFlagsFromString(flag);
}

/** Standard output is for the few lines meant for whoever started the server; the log is JSON on standard error. */
function createLog(level: LogLevel): Logger {
  const standardError = pino.destination({ dest: 2, sync: true });
  standardError.on('error', () => undefined);
  return pino({ level }, standardError);
}

function announce({ url, generatedPassword }: Application, adminEmail: string): void {
  if (generatedPassword !== null) {
    say(`The first administrator is ${adminEmail} with the password ${generatedPassword} (shown this once).`);
  }
  say(`Motorpool is ready at ${url}/graphql, with its console for administrators at ${url}/admin.`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void runCommand(program).then(() => process.exit());
