import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findLoosePermissions } from '../src/config/storage-check';

test('what other users may read is named, with the command that mends it', async () => {
  const storage = mkdtempSync(path.join(tmpdir(), 'motorpool-'));
  try {
    const backups = path.join(storage, 'app', 'backups');
    mkdirSync(backups, { recursive: true, mode: 0o700 });
    const [tight, loose, secret] = [
      path.join(backups, 'a.sql'),
      path.join(backups, 'b.sql'),
      path.join(storage, 'jwt-secret'),
    ];
    for (const file of [tight, loose, secret]) writeFileSync(file, '', { mode: 0o600 });
    expect(await findLoosePermissions(storage)).toEqual([]);
    chmodSync(loose, 0o640);
    chmodSync(secret, 0o602);
    expect(await findLoosePermissions(storage)).toEqual([
      `${loose} is open to other users (mode 640): run chmod go= ${loose}`,
      `${secret} is open to other users (mode 602): run chmod go= ${secret}`,
    ]);
  } finally {
    rmSync(storage, { recursive: true, force: true });
  }
});
