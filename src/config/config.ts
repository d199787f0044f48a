import path from 'node:path';
import { z } from 'zod';
import type { RetentionRules } from '../backup/core/settings';
import type { CopySettings } from '../backup/offsite/settings';
import { COPY_SETTINGS, parseCopySettings } from './copy-settings';
import { DAY_MS, onOrOff, time, webAddress, wholeNumber } from './kinds';
import { withHome } from './names';
import { type Environment, readSetting, SettingError } from './read-setting';
import { parseRetention, RETENTION_SETTINGS } from './retention-settings';
import type { DatabaseAddress } from '../database/connection/address';
import { parseDatabaseUrl, parseServerUrl } from '../database/connection/url';
import { parsePercentage, type Ppm } from '../values/percentage';

/** Every setting of the process, parsed and checked. */
export interface Config {
  production: boolean;
  /** null: the embedded database under `storageDir`. */
  database: DatabaseAddress | null;
  host: string;
  /** 0 picks a free port. */
  port: number;
  /** Absolute. */
  storageDir: string;
  backup: BackupConfig;
  /** null: generated once and kept in `storageDir`. */
  jwtSecret: string | null;
  firstAdmin: { email: string; password: string | null };
  /** The company's part of a positive profit, for the first start of a pool; null: not set. */
  commissionRate: Ppm | null;
  /** ISO 4217 code, for the first start of a pool; null: not set. */
  currency: string | null;
  /** Nobody confirms a payment that they asked for, or that is their own. */
  fourEyes: boolean;
  /** A purchase may cost more than the pool has available. */
  overdraft: boolean;
  /** Origins whose pages may call the API, or "*"; none: no other origin's. */
  corsOrigin: string[];
  logLevel: LogLevel;
  /** True if GraphQL documents that come again are compiled to functions. */
  compileDocuments: boolean;
  /** Number of proxies before the server, each of which adds an address to X-Forwarded-For; 0: the header is ignored. */
  trustedProxies: number;
  /** Where people reach the server: requests for another host are refused; null: none is. */
  publicUrl: URL | null;
}

interface BackupConfig {
  /** How many of the newest backups stay; 1 or more. */
  keep: number;
  /** What stays beyond them. */
  rules: RetentionRules;
  /** `full`: a file of everything for each operation. `log`: each transaction is stored from the server's binary log. */
  mode: 'full' | 'log';
  verify: 'restore' | 'checksum';
  /** The server where backups are proven; null: a private server, where its program is installed. */
  proofServer: DatabaseAddress | null;
  /** Every kept backup is read again and compared with its hash in this time, in ms. */
  checkEveryMs: number;
  /** What is no operation is backed up within this time after the last change of a burst, in ms. */
  changesWithinMs: number;
  /** This URL is told when backups begin to fail and when they work again; null: none. */
  webhookUrl: string | null;
  copy: CopySettings;
  /** This URL is asked while all is well; null: none. */
  heartbeatUrl: string | null;
  /** At intervals of so many ms. */
  heartbeatEveryMs: number;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const settings = z.object({
  NODE_ENV: z.string().default('development'),
  DATABASE_URL: z.string().optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535, 'must be a port number from 0 to 65535').default(4000),
  STORAGE_DIR: z.string().default('./storage'),
  BACKUP_KEEP: wholeNumber(1, 1_000_000, 'must be a whole number, 1 or more').default(10),
  BACKUP_MODE: z.enum(['full', 'log'], 'must be "full" or "log"').default('full'),
  BACKUP_VERIFY: z.enum(['restore', 'checksum'], 'must be "restore" or "checksum"').default('restore'),
  BACKUP_PROVE_URL: z.string().optional(),
  BACKUP_CHECK_EVERY: time(
    '7d',
    60_000,
    365 * DAY_MS,
    'must be a time such as 12h or 7d, from a minute (1m) to a year (365d)',
  ),
  BACKUP_CHANGES_WITHIN: time(
    '10s',
    1_000,
    DAY_MS,
    'must be a time such as 10s or 5m, from a second (1s) to a day (1d)',
  ),
  BACKUP_WEBHOOK_URL: webAddress,
  HEARTBEAT_URL: webAddress,
  HEARTBEAT_EVERY: time('1m', 1_000, DAY_MS, 'must be a time such as 30s or 5m, from a second (1s) to a day (1d)'),
  JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  ADMIN_EMAIL: z
    .email('must be an e-mail address')
    .max(254, 'must have at most 254 characters')
    .default('admin@example.com'),
  ADMIN_PASSWORD: z
    .string()
    .refine((text) => Array.from(text).length >= 8, 'must have at least 8 characters')
    .refine((text) => Array.from(text).length <= 256, 'must have at most 256 characters')
    .optional(),
  COMMISSION_RATE: z
    .string()
    .transform((text, context) => {
      const rate = parsePercentage(text);
      if (rate !== null) return rate;
      context.addIssue('must be a percentage from 0 to 100 with at most four decimals');
      return z.NEVER;
    })
    .optional(),
  CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD')
    .optional(),
  FOUR_EYES: onOrOff('off'),
  OVERDRAFT: onOrOff('on'),
  CORS_ORIGIN: z
    .string()
    .default('')
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .transform((origins) => origins.filter((origin) => origin !== ''))
    .refine(
      (origins) => origins.every(isOrigin),
      'must be "*" or origins such as https://app.example.com, separated by commas',
    ),
  COMPILE_DOCUMENTS: onOrOff('on'),
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .pipe(z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`))
    .default('info'),
  TRUST_PROXY: z
    .string()
    .toLowerCase()
    .regex(/^(true|false|\d)$/, 'must be "true", "false" or the number of proxies before the server, at most 9')
    .transform((text) => (text === 'true' ? 1 : text === 'false' ? 0 : Number(text)))
    .default(0),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL such as https://pool.example.com' })
    .transform((text) => new URL(text))
    .optional(),
});

const SECRETS = new Set([
  'DATABASE_URL',
  'BACKUP_PROVE_URL',
  'BACKUP_WEBHOOK_URL',
  'HEARTBEAT_URL',
  'JWT_SECRET',
  'ADMIN_PASSWORD',
]);

/**
 * Parses the settings once, at the edge of the process. An empty variable counts as unset. Each NAME may be given as
 * NAME_FILE instead, the path of a file with the value.
 * @throws SettingError naming the first wrong setting and what it must be
 */
export function loadConfig(environment: Environment): Config {
  const given = Object.fromEntries(Object.keys(settings.shape).map((name) => [name, readSetting(environment, name)]));
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    const value = given[name];
    const shown = SECRETS.has(name) || value === undefined ? '' : `, not ${JSON.stringify(value)}`;
    throw new SettingError(`${name} ${issue?.message ?? 'is wrong'}${shown}.`);
  }
  const env = parsed.data;
  const production = env.NODE_ENV === 'production';
  if (production && env.JWT_SECRET === undefined) {
    throw new SettingError('JWT_SECRET must be set when NODE_ENV is production: at least 32 random characters.');
  }
  return {
    production,
    database: env.DATABASE_URL === undefined ? null : addressOf('DATABASE_URL', parseDatabaseUrl(env.DATABASE_URL)),
    host: env.HOST,
    port: env.PORT,
    storageDir: path.resolve(withHome(env.STORAGE_DIR)),
    backup: {
      keep: env.BACKUP_KEEP,
      rules: retentionRules(environment),
      mode: env.BACKUP_MODE,
      verify: env.BACKUP_VERIFY,
      proofServer:
        env.BACKUP_PROVE_URL === undefined ? null : addressOf('BACKUP_PROVE_URL', parseServerUrl(env.BACKUP_PROVE_URL)),
      checkEveryMs: env.BACKUP_CHECK_EVERY,
      changesWithinMs: env.BACKUP_CHANGES_WITHIN,
      webhookUrl: env.BACKUP_WEBHOOK_URL ?? null,
      heartbeatUrl: env.HEARTBEAT_URL ?? null,
      heartbeatEveryMs: env.HEARTBEAT_EVERY,
      copy: copySettings(environment, withHome(env.STORAGE_DIR)),
    },
    jwtSecret: env.JWT_SECRET ?? null,
    firstAdmin: { email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD ?? null },
    commissionRate: env.COMMISSION_RATE ?? null,
    currency: env.CURRENCY ?? null,
    fourEyes: env.FOUR_EYES === 'on',
    overdraft: env.OVERDRAFT === 'on',
    corsOrigin: env.CORS_ORIGIN,
    logLevel: env.LOG_LEVEL,
    compileDocuments: env.COMPILE_DOCUMENTS === 'on',
    trustedProxies: env.TRUST_PROXY,
    publicUrl: env.PUBLIC_URL ?? null,
  };
}

/** Every name that a setting can have. */
export const SETTING_NAMES: readonly string[] = [
  ...Object.keys(settings.shape),
  ...COPY_SETTINGS,
  ...RETENTION_SETTINGS,
].flatMap((name) => [name, `${name}_FILE`]);

function retentionRules(environment: Environment): RetentionRules {
  const given = Object.fromEntries(RETENTION_SETTINGS.map((name) => [name, readSetting(environment, name)]));
  return parseRetention(given, (name, must) => {
    throw new SettingError(`${name} ${must}, not ${JSON.stringify(given[name])}.`);
  });
}

function copySettings(environment: Environment, storageDir: string): CopySettings {
  const given = Object.fromEntries(
    COPY_SETTINGS.map((name) => {
      const text = readSetting(environment, name);
      return [name, text === undefined ? text : withHome(text)];
    }),
  );
  return parseCopySettings(given, storageDir, (name, must) => {
    throw new SettingError(`${name} ${must}.`);
  });
}

/** True for an origin as browsers send it in the Origin header: any other spelling would never match. */
function isOrigin(text: string): boolean {
  return text === '*' || (/^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text);
}

function addressOf(name: string, parsed: DatabaseAddress | string): DatabaseAddress {
  if (typeof parsed === 'string') throw new SettingError(`${name} ${parsed}.`);
  return parsed;
}
