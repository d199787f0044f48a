import { survivePipes } from './backup/worker-report';
import { command, EXIT, runCommand } from './cli/command';
import { startInstance } from './demo/instance';
import { PoolClient } from './demo/pool-client';
import { Report } from './demo/report';
import { tour } from './demo/tour';

const program = command(
  'demo',
  'Shows the four operations and the backup after each on a throw-away server, and checks every figure.',
).action(async () => {
  survivePipes();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort();
    });
  }

  const report = new Report((line) => process.stdout.write(`${line}\n`));
  report.text('Motorpool, a guided run: a real server with a database of its own, in a folder');
  report.text('that is removed afterwards. Every figure is checked.');
  try {
    const instance = await startInstance(stop.signal);
    try {
      report.text('', `Ready in ${seconds(instance.startedInMs)} at ${instance.url}/graphql`);
      const admin = await PoolClient.signIn(instance.url, instance.admin, stop.signal);
      await tour(admin, report);
    } finally {
      await instance.remove();
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
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
