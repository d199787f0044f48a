import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { loadConfig } from '../../src/config/config';
import { PASSWORD } from '../support/client';
import { ROOT } from '../support/programs';
import { startTestServer, type TestServer } from '../support/server';
import { readDocument } from './documents';

const { text, blocks } = readDocument('docs/frontend.md');
const typescript = blocks.filter(({ language }) => language === 'ts').map((block) => block.text);

/** A block of the page as a module. */
function moduleOf(source: string | undefined): unknown {
  const folder = mkdtempSync(path.join(tmpdir(), 'motorpool-'));
  const file = path.join(folder, 'block.js');
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  writeFileSync(file, ts.transpileModule(source ?? '', { compilerOptions: options }).outputText);
  try {
    return jest.requireActual(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const MINE = `query Mine($from: DateTime!) {
  me { balance percentage createdAt statement(from: $from, to: $from) { closing lines { at kind } } }
}`;

/** In a process of its own: the generator's modules do not load within this one. */
const GENERATE = `
  import { readFileSync } from 'node:fs';
  import { codegen } from '@graphql-codegen/core';
  import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
  import * as typescriptOperations from '@graphql-codegen/typescript-operations';
  import { buildSchema, parse } from 'graphql';
  const { config, document } = JSON.parse(readFileSync(0, 'utf8'));
  const sdl = readFileSync('schema/public.graphql', 'utf8');
  process.stdout.write(await codegen({
    filename: 'operations.ts',
    schema: parse(sdl),
    schemaAst: buildSchema(sdl),
    documents: [{ location: 'mine.graphql', document: parse(document) }],
    pluginMap: { typescriptOperations, typedDocumentNode },
    plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
    config,
  }));
`;

interface Row {
  id: string;
  kind: string;
  amount: string;
}
interface Api {
  isSignedIn: boolean;
  signIn(email: string, password: string): Promise<void>;
  ask<T>(query: string, variables?: object): Promise<T>;
  change<T>(query: string, input: object): Promise<T>;
  payments(filter?: object): AsyncGenerator<Row>;
  file(path: string): Promise<Blob>;
}

describe('docs/frontend.md', () => {
  test('its codegen.ts types money and times as strings, and lets no scalar be anything', () => {
    const { default: config } = moduleOf(typescript[0]) as {
      default: { generates: Record<string, { plugins: string[]; config: object }> };
    };
    const [target] = Object.values(config.generates);
    expect(target?.plugins).toEqual(['typescript-operations', 'typed-document-node']);
    const code = execFileSync(process.execPath, ['--input-type=module', '-e', GENERATE], {
      cwd: ROOT,
      encoding: 'utf8',
      input: JSON.stringify({ config: target?.config, document: MINE }),
    });
    for (const field of ['from', 'balance', 'percentage', 'createdAt', 'closing', 'at']) {
      expect(code).toMatch(new RegExp(`\\b${field}: string\\b`));
    }
    const ours = code.slice(code.indexOf('export type MineQueryVariables'), code.indexOf('export const MineDocument'));
    expect(ours).not.toMatch(/\b(any|unknown|never)\b/);
  });

  test('its CORS setting is one that the server takes', () => {
    const [, origin = ''] = /`CORS_ORIGIN=(\S+)`/.exec(text) ?? [];
    const settings = { JWT_SECRET: 'x'.repeat(32), DATABASE_URL: 'mysql://a:b@localhost/c' };
    expect(loadConfig({ ...settings, CORS_ORIGIN: origin }).corsOrigin).toEqual([origin]);
  });

  describe('its client', () => {
    const { Api: Client } = moduleOf(typescript[1]) as { Api: new (base: string) => Api };
    let server: TestServer;
    let email: string;
    let api: Api;
    let memberId: string;

    beforeAll(async () => {
      server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
      const member = await server.admin.createUser('INVESTOR', 'A member');
      memberId = member.id;
      ({
        me: { email },
      } = await member.request<{ me: { email: string } }>('{ me { email } }'));
      api = new Client(server.url);
      await api.signIn(email, PASSWORD);
    });
    afterAll(() => server.close());

    const REQUEST = 'mutation ($input: RequestPaymentInput!) { requestPayment(input: $input) { id } }';
    const deposit = { kind: 'DEPOSIT', amount: '1.00' };

    test('does a change once where the answer is lost', async () => {
      const real = globalThis.fetch;
      let lost = 0;
      globalThis.fetch = async (...request) => {
        const answer = await real(...request);
        if (lost++ === 0) throw new TypeError('fetch failed');
        return answer;
      };
      try {
        await api.change(REQUEST, deposit);
      } finally {
        globalThis.fetch = real;
      }
      expect(lost).toBe(2);
      expect(await server.database.query('SELECT id FROM payments')).toHaveLength(1);
    });

    test('reads every row of a list once, page after page', async () => {
      await server.database.query('INSERT INTO payments (userId, kind, status, amount, createdAt) VALUES ?', [
        Array.from({ length: 250 }, () => [memberId, 'DEPOSIT', 'REJECTED', 1, '2026-01-01']),
      ]);
      const ids: string[] = [];
      for await (const { id } of api.payments({ status: 'REJECTED' })) ids.push(id);
      expect(new Set(ids).size).toBe(250);
      expect(ids).toHaveLength(250);
      await server.database.query("DELETE FROM payments WHERE status = 'REJECTED'");
    });

    test('tells the field that is wrong, and is signed out by a token that is no more', async () => {
      await expect(api.change(REQUEST, { ...deposit, amount: '0.00' })).rejects.toMatchObject({
        problem: { extensions: { code: 'BAD_USER_INPUT', field: 'input.amount' } },
      });
      const period = 'from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z';
      const page = await api.file(`/exports/users/${memberId}/statement.html?${period}`);
      expect(await page.text()).toContain('Statement of A member');
      await expect(api.file(`/exports/company/statement.csv?${period}`)).rejects.toMatchObject({
        problem: { extensions: { code: 'FORBIDDEN' } },
      });
      expect(api.isSignedIn).toBe(true);
      await server.admin.administer('mutation ($id: ID!) { revokeTokens(id: $id) { id } }', { id: memberId });
      await expect(api.ask('{ me { id } }')).rejects.toMatchObject({
        problem: { extensions: { code: 'UNAUTHENTICATED' } },
      });
      expect(api.isSignedIn).toBe(false);
    });
  });
});
