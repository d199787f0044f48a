import { Writable } from 'node:stream';
import { pino } from 'pino';
import { type Client, PASSWORD, refusalOf } from '../support/client';
import { bearer, http, post } from '../support/http';
import { ADMIN, startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';

interface AuditLine {
  audit: { action: string; actor: number | null; role: string | null; outcome: string; input: object; result?: number };
  address: string;
  requestId: string;
}

/** Who did what, from where and when, in the log: one line each, and no secret in any. */
describe('the audit trail', () => {
  const log: string[] = [];
  let server: TestServer;
  let admin: Client;

  beforeAll(async () => {
    const sink = new Writable({
      write: (line: Buffer, _encoding, done) => {
        log.push(line.toString());
        done();
      },
    });
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' }, undefined, pino({ level: 'info' }, sink));
    ({ admin } = server);
  });
  afterAll(() => server.close());

  const trail = (): AuditLine[] => log.map((line) => JSON.parse(line) as AuditLine).filter((line) => 'audit' in line);
  const by = (client: Client, role: string): object => ({ actor: Number(client.id), role });
  const at = { address: '127.0.0.1', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string };

  test('has every mutation: who, what, from where, and how it ended; no password and no token', async () => {
    const member = await admin.createUser('INVESTOR', 'Trail Follower');
    const query = 'query ($id: ID!) { user(id: $id) { email } }';
    const { user } = await admin.request<{ user: { email: string } }>(query, { id: member.id });
    log.length = 0;
    await refusalOf(member.buy('1.00', { title: 'Not for me' }));
    await refusalOf(server.signIn(user.email, 'a wrong password'));
    const vehicle = await admin.buy('12.34', { title: 'Audited' });
    await member.request(
      `mutation { changePassword(currentPassword: "${PASSWORD}", newPassword: "another secret") { token } }`,
    );
    expect(trail()).toMatchObject([
      { audit: { action: 'buyVehicle', ...by(member, 'INVESTOR'), outcome: 'FORBIDDEN' }, ...at },
      { audit: { action: 'login', actor: null, role: null, outcome: 'UNAUTHENTICATED' }, ...at },
      { audit: { action: 'buyVehicle', ...by(admin, 'ADMIN'), outcome: 'done', result: Number(vehicle) }, ...at },
      { audit: { action: 'changePassword', ...by(member, 'INVESTOR'), outcome: 'done' }, ...at },
    ]);
    expect(trail()[2]?.audit.input).toMatchObject({ input: { title: 'Audited', cost: '1234' } });
    for (const secret of [PASSWORD, 'a wrong password', 'another secret', member.token ?? '', admin.token ?? '']) {
      expect(log.join('')).not.toContain(secret);
    }
  });

  test('says of a change what its row in the journal says, and of what wrote none nothing of a row', async () => {
    log.length = 0;
    const key = { title: 'Once', idempotencyKey: 'the-trail-of-one-key' };
    await admin.buy('2.00', key);
    await admin.buy('2.00', key);
    const member = await admin.createUser('INVESTOR', 'In Both');
    await admin.administer(`mutation { disableUser(id: ${member.id}) { id } }`);
    await refusalOf(admin.confirmPayment('4711'));
    const told = trail().filter(({ audit }) => audit.action !== 'login');
    const rows = await server.database.query('SELECT * FROM changes ORDER BY number DESC LIMIT 3');
    const asRows = rows.reverse().map(({ number, kind, actorId, subject, subjectId, address, requestId }) => ({
      audit: { action: kind, actor: actorId, change: number, subject, subjectId, outcome: 'done' },
      address,
      requestId,
    }));
    const [bought, again, created, disabled, refused] = told;
    expect([bought, created, disabled]).toMatchObject(asRows);
    expect(told).toHaveLength(5);
    for (const line of [again, refused]) expect(Object.keys(line?.audit ?? {})).not.toContain('change');
  });

  test('has every download of a backup, and whoever tried what is not there', async () => {
    await admin.buy('1.00');
    await allBackedUp(server);
    const { latestBackup } = await admin.administer<{ latestBackup: { filename: string } }>(
      '{ latestBackup { filename } }',
    );
    log.length = 0;
    for (const name of [latestBackup.filename, 'no-such-backup.sql']) {
      await http(`${server.url}/admin/backups/${name}`, { headers: bearer(admin.token) });
    }
    const download = { action: 'downloadBackup', ...by(admin, 'ADMIN') };
    expect(trail()).toMatchObject([
      { audit: { ...download, input: { filename: latestBackup.filename }, outcome: 'done' }, ...at },
      { audit: { ...download, input: { filename: 'no-such-backup.sql' }, outcome: 'NOT_FOUND' }, ...at },
    ]);
  });

  test('has every file of the journal, and who tried in vain; of a parameter that is not known nothing', async () => {
    log.length = 0;
    const changes = `${server.url}/exports/changes.csv`;
    await http(`${changes}?subject=pool`, { headers: bearer(admin.token) });
    await http(`${changes}?password=a+secret`, { headers: bearer(admin.token) });
    await http(changes);
    const exported = { action: 'exportChanges', input: {} };
    expect(trail()).toMatchObject([
      { audit: { ...exported, ...by(admin, 'ADMIN'), input: { subject: 'pool' }, outcome: 'done' }, ...at },
      { audit: { ...exported, ...by(admin, 'ADMIN'), outcome: 'BAD_USER_INPUT' }, ...at },
      { audit: { ...exported, actor: null, role: null, outcome: 'UNAUTHENTICATED' }, ...at },
    ]);
    expect(log.join('')).not.toContain('a secret');
  });

  test('names the request as its answer does, whatever id the client sent along', async () => {
    log.length = 0;
    const query = `mutation { login(email: "${ADMIN.email}", password: "a wrong password") { token } }`;
    const answer = await post(`${server.url}/graphql`, { query }, { 'x-request-id': 'mine' });
    expect(trail()).toMatchObject([{ ...at, requestId: answer.headers.get('x-request-id') }]);
    expect(log.join('')).not.toContain('"mine"');
  });

  test('cannot be forged by a line break in what somebody typed', async () => {
    log.length = 0;
    const title = 'A car\n{"level":30,"audit":{"action":"sellVehicle","outcome":"done"}}\u2028';
    await admin.buy('1.00', { title }).catch(() => undefined);
    await refusalOf(server.signIn(title, 'a wrong password'));
    for (const line of log) expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(trail().map(({ audit }) => audit.action)).toEqual(['buyVehicle', 'login']);
  });
});
