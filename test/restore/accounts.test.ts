import { decodeJwt } from 'jose';
import { backupsIn, clearUp, newFolder, run, Server } from '../process/programs';
import { Client, PASSWORD } from '../support/client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { holdBack } from '../support/held-back';
import { waitFor } from '../support/wait';

/** Whom a restore brings back, and what becomes of tokens and passwords of before. */
describe('accounts and tokens, across a restore', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await clearUp();
    await database.drop();
  });

  const signIn = (server: Server, email: string, password = PASSWORD): Promise<string> =>
    Client.signIn(server.url, email, password).then(
      () => 'signed in',
      () => 'refused',
    );

  test('no token of before works, whoever comes back stays disabled, and passwords are those of now', async () => {
    const folder = newFolder();
    const settings = { DATABASE_URL: database.url, BACKUP_VERIFY: 'checksum' };
    const server = await Server.start(folder, settings);
    const admin = await server.signIn();
    const emailOf = async ({ id }: Client): Promise<string> =>
      String((await database.query('SELECT email FROM users WHERE id = ?', [id]))[0]?.email);
    const disabled = await admin.createUser('INVESTOR', 'Was Disabled');
    const promoted = await admin.createUser('INVESTOR', 'Was Promoted');
    const changed = await admin.createUser('INVESTOR', 'Has A New Password');
    const emails = {
      disabled: await emailOf(disabled),
      promoted: await emailOf(promoted),
      changed: await emailOf(changed),
    };
    await admin.buy('1000.00');
    await waitFor('its backup', () => backupsIn(folder).length === 1);

    await admin.administer(`mutation { disableUser(id: ${disabled.id}) { id } }`);
    await database.query("UPDATE users SET role = 'OPERATOR' WHERE id = ?", [promoted.id]);
    await changed.request(
      `mutation { changePassword(currentPassword: "${PASSWORD}", newPassword: "the new password") { token } }`,
    );
    const later = await admin.createUser('INVESTOR', 'Came Later');
    await admin.buy('2000.00');
    await waitFor('its backup', () => backupsIn(folder).length === 2);

    const args = [backupsIn(folder)[0] ?? ''];
    const plan = await run(folder, 'cli/db-restore', { args: [...args, '--dry-run'], settings });
    expect(plan.stderr).toContain(`Was Disabled <${emails.disabled}>, INVESTOR: is disabled now`);
    expect(plan.stderr).toContain(`Was Promoted <${emails.promoted}>, INVESTOR: is OPERATOR now`);
    expect(plan.stderr).not.toContain('Has A New Password');

    const held = await holdBack(`${server.url}/graphql`, admin.token, { query: '{ me { id } }' });
    expect(await run(folder, 'cli/db-restore', { args: [...args, '--yes'], settings })).toMatchObject({ code: 0 });
    expect(await held.finish()).toBe('200 UNAUTHENTICATED');
    const again = await server.signIn();
    const newcomer = await again.createUser('ADMIN', 'Gets The Number');
    expect(newcomer.id).toBe(later.id);
    expect(decodeJwt(newcomer.token ?? '').sub).not.toBe(decodeJwt(later.token ?? '').sub);
    for (const client of [admin, disabled, promoted, changed, later]) {
      expect(await client.refused('{ me { id } }')).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(await signIn(server, emails.disabled)).toBe('refused');
    expect(await signIn(server, emails.promoted)).toBe('refused');
    expect(await signIn(server, emails.changed)).toBe('refused');
    expect(await signIn(server, emails.changed, 'the new password')).toBe('signed in');
    await again.administer(`mutation { enableUser(id: ${promoted.id}) { id } }`);
    expect(await signIn(server, emails.promoted)).toBe('signed in');

    const bare = [...args, '--yes', '--no-keep-disabled'];
    expect(await run(folder, 'cli/db-restore', { args: bare, settings })).toMatchObject({ code: 0 });
    expect(await signIn(server, emails.disabled)).toBe('signed in');
    expect(await signIn(server, emails.changed)).toBe('signed in');
    expect(await again.refused('{ me { id } }')).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a pool does not take the tokens of another one with the same secret', async () => {
    const other = await createTestDatabase();
    try {
      const settings = { BACKUP_VERIFY: 'checksum', JWT_SECRET: 'one secret for two pools, 32 characters or more' };
      const first = await Server.start(newFolder(), { ...settings, DATABASE_URL: database.url });
      const second = await Server.start(newFolder(), { ...settings, DATABASE_URL: other.url });
      const { token } = await first.signIn();
      // The two administrators are one account, as far as their numbers and even their uids go.
      const [admin] = await database.query("SELECT uid FROM users WHERE role = 'ADMIN'");
      await other.query("UPDATE users SET uid = ? WHERE role = 'ADMIN'", [admin?.uid]);
      const [{ epoch } = {}] = await database.query('SELECT epoch FROM pool');
      await other.query('UPDATE pool SET epoch = ?', [epoch]);
      expect(await new Client(second.url, token).refused('{ me { id } }')).toMatchObject({ code: 'UNAUTHENTICATED' });
      await new Client(first.url, token).request('{ me { id } }');
      await clearUp();
    } finally {
      await other.drop();
    }
  });
});
