import 'reflect-metadata';
import path from 'node:path';
import { startApplication } from './app';
import { createLog } from './program/log';
import { command, EXIT, runCommand } from './program/command';
import { whyChildrenEndWithUs } from './program/child-fate';
import { stopSignals } from './program/stop-signals';
import { loadProcessConfig } from './config/process-config';

/** The programs lie beside this file in a build. */
const BACKUP_PROGRAM = path.join(__dirname, 'cli', 'backup-worker.js');
const PROOF_PROGRAM = path.join(__dirname, 'cli', 'proof-worker.js');
const SCRUB_PROGRAM = path.join(__dirname, 'cli', 'scrub-worker.js');
const LOG_PROGRAM = path.join(__dirname, 'cli', 'log-worker.js');
const COPY_PROGRAM = path.join(__dirname, 'cli', 'copy-worker.js');
const DRILL_PROGRAM = path.join(__dirname, 'cli', 'drill-worker.js');

const program = command(
  'start',
  'Starts the server. It takes no arguments: its settings are environment variables, listed in .env.example.',
).action(async () => {
  const config = loadProcessConfig();
  const stop = stopSignals();

  const log = createLog(config.logLevel);
  if (process.versions.node.startsWith('20.')) log.info(OLD_NODE);
  const app = await startApplication({
    config,
    log,
    backupProgram: BACKUP_PROGRAM,
    copyProgram: COPY_PROGRAM,
    drillProgram: DRILL_PROGRAM,
    proofProgram: PROOF_PROGRAM,
    scrubProgram: SCRUB_PROGRAM,
    logProgram: LOG_PROGRAM,
    announcePassword: (password) => {
      say(`The first administrator is ${config.firstAdmin.email} with the password ${password} (shown this once).`);
    },
  });
  say(`Motorpool is ready at ${app.url}/graphql, with its pages for every role at ${app.url}.`);
  setTimeout(loadTheRest, LOAD_AFTER_MS).unref();
  await stop.first;
  const why = await whyChildrenEndWithUs();
  const how = why === null ? 'hand over' : 'wait';
  say(
    (why === null
      ? 'Stopping: running requests are finished first; a running backup is handed over and continues by itself.'
      : `Stopping: running requests and a running backup are finished first, since ${why}.`) +
      ' Press Ctrl-C once more to stop at once.',
  );
  const isClosed = await Promise.race([app.close(how).then(() => true), stop.second.then(() => false)]);
  if (isClosed) {
    say('Stopped.');
    return;
  }
  say(['Stopped at once.', ...app.leftBehind(how)].join(' '));
  process.exitCode = EXIT.failed;
});

const OLD_NODE = 'Node.js 20 gets no more fixes since April 2026: move to Node.js 22 or 24.';

/** Loading takes some 100 ms: the first requests after the start are answered before. */
const LOAD_AFTER_MS = 1_000;

/** An upgrade replaces the packages while the old server still runs, which must not load them then for the first time. */
function loadTheRest(): void {
  void Promise.allSettled([import('jose'), import('graphql-jit')]);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void runCommand(program).then(() => process.exit());
