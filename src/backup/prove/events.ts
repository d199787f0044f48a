import { createReadStream } from 'node:fs';
import type { Query } from '../../database/connection/query';
import type { Backup } from '../files/catalogue';
import { ProofImpossible } from './proof';

/** How both dump programs begin an event; a row of a table cannot hold a line end. */
const EVENT = Buffer.from('\n/*!50106 CREATE*/');

/**
 * An event in a copy would do its work a second time: it may name the live database, or send mail.
 * @throws ProofImpossible where the file holds events and the server would run them
 */
export async function refuseRunningEvents(query: Query, backup: Backup): Promise<void> {
  const [row] = await query('SELECT @@GLOBAL.event_scheduler AS scheduler');
  if (String(row?.scheduler) !== 'ON' || !(await holdsEvents(backup))) return;
  throw new ProofImpossible(
    `${backup.filename} holds events, and the server of the proof would run them: set event_scheduler=OFF there, set ` +
      `BACKUP_PROVE_URL to a server without it, or install the database server’s program on this machine.`,
  );
}

async function holdsEvents({ path, sqlBytes }: Backup): Promise<boolean> {
  let tail = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { end: sqlBytes - 1, highWaterMark: 2 ** 20 })) {
    const data = Buffer.concat([tail, chunk as Buffer]);
    if (data.includes(EVENT)) return true;
    tail = data.subarray(-EVENT.length);
  }
  return false;
}
