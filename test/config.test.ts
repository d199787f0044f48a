import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Config, loadConfig } from '../src/config/config';
import { SettingError } from '../src/config/read-setting';

const NO_COPIES = { target: null, recipients: [], s3: null, identityFile: null, drillEveryMs: 604_800_000 };
const RECIPIENT = 'age1t4yy4jhrrlv66kfm3gqdugfndn247eegrcc202l255zr0amh35cqjj30qv';
const WEEK_MS = 604_800_000;

/** What a wrong setting says; the whole of it is one line. */
function complaint(environment: Record<string, string>): string {
  try {
    loadConfig(environment);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    expect(error.message).not.toMatch(/[\r\n]/);
    return error.message;
  }
  throw new Error(`expected a complaint about ${JSON.stringify(environment)}`);
}

const DAY_MS = 86_400_000;
const NO_RULES = { reachMs: 0, withinMs: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
const RULES = { ...NO_RULES, reachMs: 14 * DAY_MS };

const BACKUP: Config['backup'] = {
  keep: 10,
  rules: RULES,
  mode: 'full',
  verify: 'restore',
  proofServer: null,
  checkEveryMs: WEEK_MS,
  changesWithinMs: 10_000,
  webhookUrl: null,
  heartbeatUrl: null,
  heartbeatEveryMs: 60_000,
  copy: NO_COPIES,
};

describe('settings', () => {
  test('"~" is the home folder, which a shell replaces and .env does not', () => {
    const { storageDir, backup } = loadConfig({ STORAGE_DIR: '~/pool', BACKUP_COPY_TO: '~/copies' });
    expect(storageDir).toBe(path.join(homedir(), 'pool'));
    expect(backup.copy.target).toMatchObject({ directory: path.join(homedir(), 'copies') });
    expect(loadConfig({ STORAGE_DIR: '/a/~' }).storageDir).toBe('/a/~');
  });

  test('all left out: the defaults', () => {
    expect(loadConfig({})).toEqual<Config>({
      production: false,
      database: null,
      host: '127.0.0.1',
      port: 4000,
      storageDir: path.resolve('storage'),
      backup: BACKUP,
      jwtSecret: null,
      firstAdmin: { email: 'admin@example.com', password: null },
      commissionRate: null,
      currency: null,
      fourEyes: false,
      overdraft: true,
      compileDocuments: true,
      corsOrigin: [],
      logLevel: 'info',
      trustedProxies: 0,
      publicUrl: null,
    });
  });

  test('an empty variable counts as left out', () => {
    const names = ['DATABASE_URL', 'PORT', 'HOST', 'STORAGE_DIR', 'BACKUP_KEEP', 'JWT_SECRET', 'COMMISSION_RATE'];
    expect(loadConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(loadConfig({}));
  });

  test.each<[name: string, value: string, part: Partial<Config>]>([
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65_535 }],
    ['HOST', '::', { host: '::' }],
    ['STORAGE_DIR', '/var/lib/pool', { storageDir: '/var/lib/pool' }],
    ['STORAGE_DIR', 'some/where', { storageDir: path.resolve('some/where') }],
    ['BACKUP_KEEP', '1', { backup: { ...BACKUP, keep: 1 } }],
    ['BACKUP_REACH', '0', { backup: { ...BACKUP, rules: NO_RULES } }],
    ['BACKUP_REACH', '36h', { backup: { ...BACKUP, rules: { ...RULES, reachMs: 1.5 * DAY_MS } } }],
    ['BACKUP_KEEP_HOURLY', '24', { backup: { ...BACKUP, rules: { ...RULES, hourly: 24 } } }],
    ['BACKUP_KEEP_DAILY', '7', { backup: { ...BACKUP, rules: { ...RULES, daily: 7 } } }],
    ['BACKUP_KEEP_WEEKLY', '5', { backup: { ...BACKUP, rules: { ...RULES, weekly: 5 } } }],
    ['BACKUP_KEEP_MONTHLY', '12', { backup: { ...BACKUP, rules: { ...RULES, monthly: 12 } } }],
    ['BACKUP_KEEP_YEARLY', '1', { backup: { ...BACKUP, rules: { ...RULES, yearly: 1 } } }],
    ['BACKUP_KEEP_WITHIN', '30d', { backup: { ...BACKUP, rules: { ...RULES, withinMs: 30 * DAY_MS } } }],
    ['BACKUP_KEEP_WITHIN', '2y1d12h', { backup: { ...BACKUP, rules: { ...RULES, withinMs: 731.5 * DAY_MS } } }],
    ['BACKUP_MODE', 'log', { backup: { ...BACKUP, mode: 'log' } }],
    ['BACKUP_VERIFY', 'checksum', { backup: { ...BACKUP, verify: 'checksum' } }],
    ['BACKUP_CHANGES_WITHIN', '30s', { backup: { ...BACKUP, changesWithinMs: 30_000 } }],
    ['BACKUP_CHECK_EVERY', '12h', { backup: { ...BACKUP, checkEveryMs: 43_200_000 } }],
    ['DRILL_EVERY', '12h', { backup: { ...BACKUP, copy: { ...NO_COPIES, drillEveryMs: 43_200_000 } } }],
    ['DRILL_EVERY', '0', { backup: { ...BACKUP, copy: { ...NO_COPIES, drillEveryMs: 0 } } }],
    ['HEARTBEAT_URL', 'https://example.com/ping', { backup: { ...BACKUP, heartbeatUrl: 'https://example.com/ping' } }],
    ['HEARTBEAT_EVERY', '30s', { backup: { ...BACKUP, heartbeatEveryMs: 30_000 } }],
    [
      'BACKUP_WEBHOOK_URL',
      'https://example.com/hook',
      { backup: { ...BACKUP, webhookUrl: 'https://example.com/hook' } },
    ],
    [
      'BACKUP_PROVE_URL',
      'mysql://prover:p%40ss@proofs.example.com:3307',
      {
        backup: {
          ...BACKUP,
          proofServer: {
            user: 'prover',
            password: 'p@ss',
            database: 'information_schema',
            hosts: [{ host: 'proofs.example.com', port: 3307 }],
          },
        },
      },
    ],
    ['JWT_SECRET', 's'.repeat(32), { jwtSecret: 's'.repeat(32) }],
    ['ADMIN_EMAIL', 'root@example.org', { firstAdmin: { email: 'root@example.org', password: null } }],
    ['ADMIN_PASSWORD', '12345678', { firstAdmin: { email: 'admin@example.com', password: '12345678' } }],
    ['COMMISSION_RATE', '0', { commissionRate: 0 }],
    ['COMMISSION_RATE', '100', { commissionRate: 1_000_000 }],
    ['COMMISSION_RATE', '33.3333', { commissionRate: 333_333 }],
    ['CURRENCY', 'EUR', { currency: 'EUR' }],
    ['FOUR_EYES', 'on', { fourEyes: true }],
    ['COMPILE_DOCUMENTS', 'off', { compileDocuments: false }],
    ['FOUR_EYES', 'OFF', { fourEyes: false }],
    ['OVERDRAFT', 'off', { overdraft: false }],
    ['CORS_ORIGIN', '*', { corsOrigin: ['*'] }],
    [
      'CORS_ORIGIN',
      'https://a.example, http://localhost:5173,',
      { corsOrigin: ['https://a.example', 'http://localhost:5173'] },
    ],
    ['LOG_LEVEL', 'debug', { logLevel: 'debug' }],
    ['LOG_LEVEL', 'WARN', { logLevel: 'warn' }],
    ['TRUST_PROXY', 'true', { trustedProxies: 1 }],
    ['TRUST_PROXY', 'False', { trustedProxies: 0 }],
    ['TRUST_PROXY', '0', { trustedProxies: 0 }],
    ['TRUST_PROXY', '1', { trustedProxies: 1 }],
    ['TRUST_PROXY', '2', { trustedProxies: 2 }],
    ['PUBLIC_URL', 'https://pool.example.com', { publicUrl: new URL('https://pool.example.com') }],
    ['NODE_ENV', 'test', { production: false }],
    [
      'DATABASE_URL',
      'mysql://u:p@db.example:3307/pool',
      { database: { user: 'u', password: 'p', database: 'pool', hosts: [{ host: 'db.example', port: 3307 }] } },
    ],
  ])('%s=%s', (name, value, part) => {
    expect(loadConfig({ [name]: value })).toEqual({ ...loadConfig({}), ...part });
  });

  test.each([
    ['PORT', '-1', 'must be a port number from 0 to 65535'],
    ['PORT', '65536', 'must be a port number from 0 to 65535'],
    ['PORT', '80.5', 'must be a port number from 0 to 65535'],
    ['PORT', 'http', 'must be a port number from 0 to 65535'],
    ['PORT', '1e3', 'must be a port number from 0 to 65535'],
    ['BACKUP_KEEP', '0', 'must be a whole number, 1 or more'],
    ['BACKUP_KEEP', '-3', 'must be a whole number, 1 or more'],
    ['BACKUP_KEEP', 'ten', 'must be a whole number, 1 or more'],
    ['BACKUP_KEEP', '99999999999999999999', 'must be a whole number, 1 or more'],
    ['BACKUP_REACH', '14', 'must be a time such as 36h or 14d, or 0 for none, not "14"'],
    ['BACKUP_REACH', '2w', 'must be a time such as 36h or 14d, or 0 for none'],
    ['BACKUP_KEEP_DAILY', '0', 'must be a whole number, 1 or more, or be left out, not "0"'],
    ['BACKUP_KEEP_YEARLY', '-1', 'must be a whole number, 1 or more, or be left out'],
    ['BACKUP_KEEP_WITHIN', '3m', 'must be a time of years, days and hours, such as 2y, 30d or 1y90d12h, not "3m"'],
    ['BACKUP_KEEP_WITHIN', '0d', 'must be a time of years, days and hours'],
    ['BACKUP_MODE', 'auto', 'must be "full" or "log", not "auto"'],
    ['BACKUP_VERIFY', 'yes', 'must be "restore" or "checksum"'],
    ['ADMIN_EMAIL', 'admin', 'must be an e-mail address'],
    ['ADMIN_EMAIL', `${'a'.repeat(250)}@example.com`, 'must have at most 254 characters'],
    ['COMMISSION_RATE', '-1', 'must be a percentage from 0 to 100'],
    ['COMMISSION_RATE', '100.0001', 'must be a percentage from 0 to 100'],
    ['COMMISSION_RATE', '33.33333', 'at most four decimals'],
    ['COMMISSION_RATE', '50%', 'must be a percentage from 0 to 100'],
    ['COMMISSION_RATE', '0,5', 'must be a percentage from 0 to 100'],
    ['FOUR_EYES', 'yes', 'must be "on" or "off"'],
    ['OVERDRAFT', 'no', 'must be "on" or "off"'],
    ['CURRENCY', 'usd', 'must be an ISO 4217 code'],
    ['CURRENCY', 'EURO', 'must be an ISO 4217 code'],
    ['CORS_ORIGIN', 'app.example.com', 'must be "*" or origins'],
    ['CORS_ORIGIN', 'https://app.example.com/', 'must be "*" or origins'],
    ['CORS_ORIGIN', 'https://a.example;https://b.example', 'must be "*" or origins'],
    ['CORS_ORIGIN', 'file:///etc', 'must be "*" or origins'],
    ['LOG_LEVEL', 'loud', 'must be one of trace, debug, info, warn, error, silent'],
    ['PUBLIC_URL', 'pool.example.com', 'must be an http or https URL such as https://pool.example.com'],
    ['TRUST_PROXY', 'yes', 'must be "true", "false" or the number of proxies before the server, at most 9'],
    ['TRUST_PROXY', '-1', 'must be "true", "false" or the number of proxies before the server, at most 9'],
  ])('%s=%s stops the start with a line that names it, shows it and says what it must be', (name, value, must) => {
    const message = complaint({ [name]: value });
    expect(message).toMatch(new RegExp(`^${name} .*, not .*\\.$`));
    expect(message).toContain(must);
    expect(message).toContain(JSON.stringify(value));
  });

  test.each([
    ['JWT_SECRET', 'only thirty-one characters long', 'must have at least 32 characters'],
    ['ADMIN_PASSWORD', 'hunter2', 'must have at least 8 characters'],
    // Characters as people count them, not as they are stored.
    ['ADMIN_PASSWORD', '🔑'.repeat(7), 'must have at least 8 characters'],
    ['ADMIN_PASSWORD', 'secretive'.repeat(30), 'must have at most 256 characters'],
    ['BACKUP_WEBHOOK_URL', 'ftp://user:hunter2@example.com', 'must be an http or https URL'],
    ['BACKUP_WEBHOOK_URL', 'no address, but hunter2', 'must be an http or https URL'],
    [
      'BACKUP_WEBHOOK_URL',
      'https://user:hunter2%@example.com',
      'must have special characters in user and password percent-encoded',
    ],
    ['BACKUP_COPY_TO', 's3://user:hunter2@host', 'must be a folder, or s3://bucket/prefix'],
    ['BACKUP_COPY_TO', 'ftp://user:hunter2@host/backups', 'must be a folder, or s3://bucket/prefix'],
    ['BACKUP_COPY_TO', 'storage/hunter2', 'must be a folder outside of STORAGE_DIR'],
    ['BACKUP_COPY_RECIPIENT', 'AGE-SECRET-KEY-1HUNTER2hunter2', 'must be an age recipient'],
    // The last letter is wrong.
    ['BACKUP_COPY_RECIPIENT', `${RECIPIENT.slice(0, -1)}q`, 'must be an age recipient'],
    ['BACKUP_S3_ENDPOINT', 'https://user:hunter2@host', 'must be an http or https URL'],
    ['DRILL_EVERY', '59s', 'must be a time such as 12h or 7d, from a minute (1m) on, or 0 for none'],
    [
      'DATABASE_URL',
      'postgres://user:hunter2@host/pool',
      'must have the form mysql://user:password@host:port/database',
    ],
    [
      'DATABASE_URL',
      'mysql://user:hunter2%zz@host/pool',
      'must have special characters in user and password percent-encoded',
    ],
    ['DATABASE_URL', 'mysql://user:hunter2@host/', 'must name a database'],
    ['DATABASE_URL', 'mysql://user:hunter2@host:99999/pool', 'must name hosts as host or host:port'],
    ['DATABASE_URL', 'mysql://user:hunter2@host/pool?tls=yes', 'has an unknown option tls'],
    [
      'BACKUP_PROVE_URL',
      'mysql://user:hunter2@host/pool',
      'must have the form mysql://user:password@host:port, without',
    ],
    ['BACKUP_PROVE_URL', 'mysql://hunter2', 'must name a user'],
  ])('%s may hold a secret: the line names it and does not show it', (name, value, must) => {
    const message = complaint({ [name]: value });
    expect(message).toMatch(new RegExp(`^${name} `));
    expect(message).toContain(must);
    for (const secret of [value, 'hunter2', '🔑', 'secretive', 'thirty-one']) expect(message).not.toContain(secret);
  });

  test('in production the key of the tokens must be given', () => {
    expect(complaint({ NODE_ENV: 'production' })).toBe(
      'JWT_SECRET must be set when NODE_ENV is production: at least 32 random characters.',
    );
    expect(loadConfig({ NODE_ENV: 'production', JWT_SECRET: 's'.repeat(32) }).production).toBe(true);
  });

  describe('NAME_FILE, the path of a file that holds a setting', () => {
    let folder: string;
    const file = (content: string): string => {
      const name = path.join(folder, 'setting');
      writeFileSync(name, content);
      return name;
    };

    beforeEach(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'motorpool-config-'));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    test('is read, without the line end at its end', () => {
      expect(loadConfig({ JWT_SECRET_FILE: file(`${'s'.repeat(40)}\n`) }).jwtSecret).toBe('s'.repeat(40));
      expect(loadConfig({ PORT_FILE: file('4711\r\n') }).port).toBe(4711);
      expect(loadConfig({ DATABASE_URL_FILE: file('mysql://u:p@h/d\n') }).database).toMatchObject({ user: 'u' });
    });

    test('there is for every setting', () => {
      const values: Record<string, string> = {
        NODE_ENV: 'production',
        DATABASE_URL: 'mysql://u:p@h/d',
        HOST: '::1',
        PORT: '4711',
        STORAGE_DIR: '/var/lib/pool',
        BACKUP_KEEP: '3',
        BACKUP_MODE: 'log',
        BACKUP_VERIFY: 'checksum',
        BACKUP_PROVE_URL: 'mysql://u:p@h',
        BACKUP_WEBHOOK_URL: 'https://example.com/hook',
        JWT_SECRET: 's'.repeat(40),
        ADMIN_EMAIL: 'root@example.org',
        ADMIN_PASSWORD: 'a long password',
        COMMISSION_RATE: '12.5',
        FOUR_EYES: 'on',
        OVERDRAFT: 'off',
        COMPILE_DOCUMENTS: 'off',
        CURRENCY: 'EUR',
        CORS_ORIGIN: 'https://app.example.com',
        LOG_LEVEL: 'warn',
        TRUST_PROXY: 'true',
        PUBLIC_URL: 'https://pool.example.com',
      };
      const files = Object.entries(values).map(([name, value]) => {
        const at = path.join(folder, name);
        writeFileSync(at, `${value}\n`);
        return [`${name}_FILE`, at] as const;
      });
      const config = loadConfig(Object.fromEntries(files));
      expect(config).toEqual(loadConfig(values));
      const same = Object.entries(loadConfig({})).filter(([name, value]) =>
        isDeepStrictEqual(config[name as keyof Config], value),
      );
      expect(same).toEqual([]);
    });

    test('beside the setting itself is one too many, whatever the file holds', () => {
      const line = 'PORT and PORT_FILE are both set: unset one of them.';
      expect(complaint({ PORT: '1', PORT_FILE: file('2') })).toBe(line);
      expect(complaint({ PORT: '1', PORT_FILE: '/does/not/exist' })).toBe(line);
      expect(loadConfig({ PORT: '', PORT_FILE: file('2') }).port).toBe(2);
      expect(loadConfig({ PORT: '1', PORT_FILE: '' }).port).toBe(1);
    });

    test('is named where it holds nothing that can be read', () => {
      const missing = 'JWT_SECRET_FILE names /does/not/exist, which does not exist.';
      expect(complaint({ JWT_SECRET_FILE: '/does/not/exist' })).toBe(missing);
      expect(complaint({ JWT_SECRET_FILE: folder })).toBe(`JWT_SECRET_FILE names ${folder}, which is a folder.`);
      const empty = file('\n');
      expect(complaint({ JWT_SECRET_FILE: empty })).toBe(`JWT_SECRET_FILE names ${empty}, which is empty.`);
    });

    test('is judged as the setting is, and a secret in it is not shown', () => {
      expect(complaint({ PORT_FILE: file('http') })).toMatch(/^PORT must be a port number .* not "http"\.$/);
      const message = complaint({ ADMIN_PASSWORD_FILE: file('hunter2') });
      expect(message).toMatch(/^ADMIN_PASSWORD must have at least 8/);
      expect(message).not.toContain('hunter2');
    });
  });
});
