import { command, EXIT, runCommand } from '../program/command';
import { stopSignal } from '../program/terminal';
import { startInstance } from './instance';
import { PoolClient } from './pool-client';
import { Report } from './report';
import { tour } from './tour';

const program = command(
  'demo',
  'Shows four of the operations and the backup after each on a throw-away server, and checks every figure.',
).action(async () => {
  const signal = stopSignal();

  const report = new Report((line) => process.stdout.write(`${line}\n`));
  report.text('Motorpool, a guided run: a real server with a database of its own, in a folder');
  report.text('that is removed afterwards. Every figure is checked.');
  try {
    const instance = await startInstance(signal);
    try {
      report.text('', `Ready in ${seconds(instance.startedInMs)} at ${instance.url}/graphql`);
      const admin = await PoolClient.signIn(instance.url, instance.admin, signal);
      await tour(admin, report);
    } finally {
      await instance.remove();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write('Interrupted: the server has ended and its folder is removed.\n');
    process.exitCode = 130;
    return;
  }
  report.summary();
  if (report.wrong > 0) process.exitCode = EXIT.failed;
});

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

void runCommand(program).then(() => process.exit());
