import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import { findProgram } from '../../src/database/host/programs';
import { FAMILY } from '../support/engine';
import { PrivateMysql } from '../support/private-mysql';
import { temporaryFolder, waitFor } from './support';

/**
 * A server of a test's own, of the family under test, that listens on TCP, with certificates. It lets in one account with a password, and
 * "ciphered", with the same password, over TLS only.
 */
export interface PrivateServer {
  port: number;
  /** PEM of the authority that signed the server's certificate for "localhost". */
  ca: string;
  stop(): Promise<void>;
}

export async function startPrivateServer(user: string, password: string): Promise<PrivateServer> {
  return FAMILY === 'mysql' ? startMysql(user, password) : startMariaDb(user, password);
}

async function startMysql(user: string, password: string): Promise<PrivateServer> {
  const server = new PrivateMysql();
  const at = (name: string): string => server.at(name);
  makeCertificates(at);
  await server.start(tlsOptions(at));
  const admin = await server.connect();
  await addAccounts(admin, user, password);
  return { port: server.tcpPort, ca: readFileSync(at('ca.pem'), 'utf8'), stop: () => server.close() };
}

async function startMariaDb(user: string, password: string): Promise<PrivateServer> {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder, name);
  makeCertificates(at);
  const run = (name: string, args: string[]): void => {
    execFileSync(findProgram([name]) ?? name, args, { stdio: 'pipe' });
  };
  const owner = process.getuid?.() === 0 ? ['--user=root'] : [];
  run('mariadb-install-db', [
    '--no-defaults',
    ...owner,
    `--datadir=${at('data')}`,
    '--auth-root-authentication-method=socket',
    `--auth-root-socket-user=${userInfo().username}`,
    '--skip-test-db',
  ]);
  const start = async (): Promise<{ port: number; server: ChildProcess; admin: Connection }> => {
    const port = await freePort();
    const server = spawn(
      findProgram(['mariadbd']) ?? 'mariadbd',
      [
        '--no-defaults',
        ...owner,
        `--datadir=${at('data')}`,
        `--socket=${at('s')}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        '--innodb-log-file-size=8M',
        ...tlsOptions(at),
      ],
      { stdio: 'ignore' },
    );
    try {
      const admin = await waitFor('the private server', () => {
        if (hasEnded(server)) throw new Error('The private server ended before it answered.');
        return createConnection({ socketPath: at('s'), user: userInfo().username }).catch(() => null);
      });
      return { port, server, admin };
    } catch (error) {
      await stop(server, 'SIGKILL');
      throw error;
    }
  };
  // Once more, as somebody may have taken the port meanwhile.
  const { port, server, admin } = await start().catch(start);
  await addAccounts(admin, user, password);
  return {
    port,
    ca: readFileSync(at('ca.pem'), 'utf8'),
    stop: async () => {
      await stop(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function addAccounts(admin: Connection, user: string, password: string): Promise<void> {
  await admin.query(`CREATE USER ?@'%' IDENTIFIED BY ?`, [user, password]);
  await admin.query(`GRANT ALL ON *.* TO ?@'%'`, [user]);
  await admin.query(`CREATE USER ciphered@'%' IDENTIFIED BY ? REQUIRE SSL`, [password]);
  await admin.query(`GRANT ALL ON *.* TO ciphered@'%'`);
  await admin.end();
}

function tlsOptions(at: (name: string) => string): string[] {
  return [`--ssl-ca=${at('ca.pem')}`, `--ssl-cert=${at('server.pem')}`, `--ssl-key=${at('server.key')}`];
}

async function stop(server: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (hasEnded(server)) return;
  const ended = new Promise((resolve) => server.once('close', resolve));
  server.kill(signal);
  await ended;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function makeCertificates(at: (name: string) => string): void {
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { stdio: 'pipe' });
  };
  const key = (name: string): string[] => ['-newkey', 'rsa:2048', '-nodes', '-keyout', at(name)];
  openssl('req', '-x509', ...key('ca.key'), '-subj', '/CN=Test authority', '-days', '2', '-out', at('ca.pem'));
  openssl('req', ...key('server.key'), '-subj', '/CN=localhost', '-out', at('server.csr'));
  const signing = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
  openssl('x509', '-req', '-in', at('server.csr'), ...signing, '-out', at('server.pem'));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
      });
    });
  });
}
