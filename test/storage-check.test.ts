import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findLoosePermissions, refuseSharedFolder } from '../src/config/storage-check';

let storage: string;

beforeEach(() => {
  storage = mkdtempSync(path.join(tmpdir(), 'motorpool-'));
});
afterEach(() => {
  rmSync(storage, { recursive: true, force: true });
});

test('what other users may read is named, with the command that closes it', async () => {
  const backups = path.join(storage, 'app', 'backups');
  mkdirSync(backups, { recursive: true, mode: 0o700 });
  const [tight, loose, secret, env] = [
    path.join(backups, 'a.sql'),
    path.join(backups, 'b.sql'),
    path.join(storage, 'jwt-secret'),
    path.join(storage, 'settings.env'),
  ];
  for (const file of [tight, loose, secret, env]) writeFileSync(file, '', { mode: 0o600 });
  expect(await findLoosePermissions(storage, env)).toEqual([]);
  chmodSync(loose, 0o640);
  chmodSync(secret, 0o602);
  chmodSync(env, 0o644);
  expect(await findLoosePermissions(storage, env)).toEqual([
    `${loose} is open to other users (mode 640): run chmod go= ${loose}`,
    `${secret} is open to other users (mode 602): run chmod go= ${secret}`,
    `${env} is open to other users (mode 644): run chmod go= ${env}`,
  ]);
});

test('the folder itself may be read by others, and not written', async () => {
  chmodSync(storage, 0o755);
  expect(await findLoosePermissions(storage)).toEqual([]);
  chmodSync(storage, 0o757);
  expect(await findLoosePermissions(storage)).toEqual([
    `${storage} is open to other users (mode 757): run chmod o-w ${storage}`,
  ]);
});

(process.geteuid?.() === 0 ? test : test.skip)('what belongs to another user is named', async () => {
  const secret = path.join(storage, 'jwt-secret');
  writeFileSync(secret, '', { mode: 0o600 });
  chownSync(secret, 65_534, 65_534);
  expect(await findLoosePermissions(storage)).toEqual([
    `${secret} belongs to another user (65534): run chown 0 ${secret}`,
  ]);
});

/** Root writes and deletes there: a link that others put there would choose what that reaches. */
describe('root', () => {
  const root = jest.spyOn(process, 'geteuid');
  afterAll(() => {
    root.mockRestore();
  });

  test.each([
    [0o777, true],
    [0o1777, true],
    [0o755, false],
    [0o700, false],
  ])('a folder of mode %o', (mode, isRefused) => {
    chmodSync(storage, mode);
    root.mockReturnValue(0);
    const start = (): void => {
      refuseSharedFolder(storage);
    };
    if (isRefused)
      expect(start).toThrow(
        /^Other users may write in \S+, in STORAGE_DIR \(mode 1?777\), and this is root: run chmod go-w /,
      );
    else expect(start).not.toThrow();
    root.mockReturnValue(1000);
    expect(start).not.toThrow();
  });
});
