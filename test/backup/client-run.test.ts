import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { ClientRun } from '../../src/backup/client/client-run';
import { temporaryFolder, waitFor } from './support';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => path.join(folder, name);

/** Starts a program that prints, notes its process id and ends; resolves when it is long gone. */
async function runThatIsOver(): Promise<ClientRun> {
  writeFileSync(
    at('program'),
    `#!/bin/sh\necho one; echo two; echo $$ > ${at('pid.new')}; mv ${at('pid.new')} ${at('pid')}\n`,
  );
  chmodSync(at('program'), 0o755);
  const run = await ClientRun.start(
    {
      program: { name: 'program', path: at('program'), family: 'mariadb' },
      address: { user: 'x', database: 'x', socketPath: '/x', hosts: [] },
      args: [],
      workDirectory: folder,
      tag: 'tag',
    },
    { stallMs: 60_000 },
  );
  await waitFor('the program to print', () => existsSync(at('pid')));
  // It stays in the list of processes until its end has been told to this one.
  await waitFor('its end', () => !existsSync(path.join('/proc', readFileSync(at('pid'), 'utf8').trim())));
  return run;
}

test('what a program printed before anybody read it is not lost', async () => {
  const run = await runThatIsOver();
  expect(await text(run.stdout)).toBe('one\ntwo\n');
  await run.succeeded('It failed');
});

test('nor for one that reads it by lines', async () => {
  const run = await runThatIsOver();
  const lines: string[] = [];
  for await (const line of createInterface({ input: run.stdout })) lines.push(line);
  expect(lines).toEqual(['one', 'two']);
  await run.succeeded('It failed');
});

test('and one whose output nobody wants still comes to its end', async () => {
  const run = await runThatIsOver();
  run.stdout.resume();
  await run.succeeded('It failed');
});
