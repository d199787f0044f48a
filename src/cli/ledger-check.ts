import { openSession } from '../backup/server/session';
import { loadProcessConfig } from '../config/process-config';
import { command, EXIT, runCommand } from '../program/command';
import { acknowledgedFindings, checkLedger } from '../services/finding-service';
import { workBriefly } from './brief-work';
import { inOneMoment } from './one-moment';

const program = command(
  'ledger:check',
  'Checks the books of the live database. Exit code 0 where they are sound, 1 where not; prints each finding with its id.',
).action(async () => {
  const [findings, acknowledged] = await workBriefly(loadProcessConfig(), async (address) => {
    const session = await openSession(address);
    try {
      const found = await inOneMoment(session.query, checkLedger);
      return [found, await acknowledgedFindings(session.query)] as const;
    } finally {
      session.close();
    }
  });
  const reasons = new Map(acknowledged.map(({ id, reason, actor }) => [id, `acknowledged by ${actor}: ${reason}`]));
  for (const { id, finding } of findings) {
    const reason = reasons.get(id);
    process.stdout.write(`${id}  ${finding}${reason === undefined ? '' : `  (${reason})`}\n`);
  }
  if (findings.length === 0) process.stdout.write('The books are sound.\n');
  else process.exitCode = EXIT.failed;
});

void runCommand(program);
