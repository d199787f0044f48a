import { readDocument } from '../docs/documents';
import { putNpm } from '../docs/run-block';
import type { Client } from '../support/client';
import { waitFor } from '../support/wait';
import { newFolder, openSql, Server } from '../process/programs';

/** The runbook's shell blocks, by the heading that they stand under. */
export const RUNBOOK = new Map<string, string[]>();
for (const { language, heading, text, notRun } of readDocument('docs/recovery.md').blocks) {
  if (language === 'sh' && notRun === null) RUNBOOK.set(heading, [...(RUNBOOK.get(heading) ?? []), text]);
}

/** Those of one heading, which must be that many. */
export function blocksOf(heading: string, count: number): string[] {
  const blocks = RUNBOOK.get(heading) ?? [];
  expect(blocks).toHaveLength(count);
  return blocks;
}

export interface Pool {
  folder: string;
  server: Server;
  admin: Client;
  query: Awaited<ReturnType<typeof openSql>>;
  /** The id of the member who deposited 1000.00. */
  member: string;
}

/** A running server with seven operations, each with its backup; the seventh is a sale. */
export async function openPool(settings: Record<string, string> = {}): Promise<Pool> {
  const folder = newFolder();
  putNpm(folder);
  const server = await Server.start(folder, settings);
  const admin = await server.signIn();
  const { id: member } = await admin.createUser('INVESTOR');
  const covered = (count: number): Promise<unknown> =>
    waitFor(`the backup of operation ${count}`, async () => (await statusOf(admin)).coveredThrough === count);
  await admin.deposit(member, '1000.00');
  await covered(1);
  const vehicles: string[] = [];
  for (let i = 0; i < 5; i++) vehicles.push(await admin.buy('100.00'));
  await covered(6);
  await admin.sell(vehicles[0] ?? '', '150.00');
  await covered(7);
  await waitFor('its proof', async () => (await statusOf(admin)).provenThrough === 7);
  return { folder, server, admin, query: await openSql(folder), member };
}

interface Status {
  healthy: boolean;
  lastOperation: number;
  coveredThrough: number;
  provenThrough: number;
}

export async function statusOf(admin: Client): Promise<Status> {
  const { backupStatus } = await admin.administer<{ backupStatus: Status }>(
    '{ backupStatus { healthy lastOperation coveredThrough provenThrough } }',
  );
  return backupStatus;
}
