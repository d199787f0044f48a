import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { embeddedAddress } from '../../src/database/embedded/embedded';
import { ageProgram, copiesIn, makeIdentity } from '../backup/copy-support';
import { readDocument } from '../docs/documents';
import { runBlock } from '../docs/run-block';
import { clearUp, newFolder, openSql } from '../process/programs';
import { waitFor } from '../support/wait';
import { openPool } from './runbook';

afterEach(clearUp);

/** The blocks of docs/formats.md for a person with stock tools alone, with this file and copy for the page's own. */
function blocks(file: string, copy: string): string[] {
  return readDocument('docs/formats.md')
    .blocks.filter(({ language }) => language === 'sh')
    .map(({ text }) => text.replace(/^FILE=.*$/m, `FILE=${file}`).replace(/^COPY=.*$/m, `COPY=${copy}`));
}

test('somebody with docs/formats.md and stock tools checks a file, restores it, and opens an off-site copy', async () => {
  const target = path.join(newFolder(), 'copies');
  mkdirSync(target);
  const { recipient, file: identity } = await makeIdentity(newFolder());
  const { folder } = await openPool({ BACKUP_COPY_TO: target, BACKUP_COPY_RECIPIENT: recipient });
  const backups = path.join(folder, 'storage/app/backups');
  const copy = await waitFor('the copy of operation 7', () => {
    const names = readdirSync(target);
    return Promise.resolve(copiesIn(names).find((name) => name.includes('-op7-') && names.includes(`${name}.sha256`)));
  });
  const file = copy.replace(/-op7-.*/, '.sql');
  // The two in between are of log segments: test/backup/segments/follow.test.ts does what they say.
  const [check = '', restore = '', whole = '', middle = '', open = '', ...others] = blocks(file, copy);
  expect(others).toEqual([]);
  for (const block of [whole, middle])
    expect(block).toContain('cat app/backups/db_backup-$TIME.sql app/log/db_log-$TIME-*.sql');

  const [named, found, ...rest] = (await runBlock(backups, check)).stdout.trimEnd().split('\n');
  expect(rest).toEqual([]);
  expect(found).toMatch(/^[0-9a-f]{64}$/);
  expect(named).toBe(found);

  const socket = embeddedAddress(path.join(folder, 'storage')).socketPath ?? '';
  const { code, stderr } = await runBlock(
    backups,
    `FILE=${file}\n${restore.replaceAll(/^mariadb /gm, `mariadb --socket=${socket} `)}`,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const query = await openSql(folder);
  expect(await query('SELECT MAX(number) AS last FROM restored.operations')).toEqual([{ last: 7 }]);

  copyFileSync(identity, path.join(target, 'identity.txt'));
  const age = await ageProgram('age');
  const opened = await runBlock(target, `FILE=opened.sql\n${open.replace(/^age /m, `${age} `)}`);
  expect({ code: opened.code, stderr: opened.stderr }).toEqual({ code: 0, stderr: '' });
  const [namedInCopy, foundInCopy] = (await runBlock(target, check.replace(/^FILE=.*$/m, 'FILE=opened.sql'))).stdout
    .trimEnd()
    .split('\n');
  expect([namedInCopy, foundInCopy]).toEqual([named, found]);
});
