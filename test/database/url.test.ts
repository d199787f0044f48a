import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeAddress, type DatabaseAddress } from '../../src/database/connection/address';
import { parseDatabaseUrl } from '../../src/database/connection/url';

const parsed = (url: string): DatabaseAddress => {
  const address = parseDatabaseUrl(url);
  if (typeof address === 'string') throw new Error(`${url} ${address}`);
  return address;
};
const host = (name: string, port = 3306): object => ({ host: name, port });

describe('DATABASE_URL', () => {
  test.each<[url: string, address: object]>([
    ['mysql://u:p@h:3307/d', { user: 'u', password: 'p', database: 'd', hosts: [host('h', 3307)] }],
    ['mariadb://u:p@h/d', { user: 'u', password: 'p', database: 'd', hosts: [host('h')] }],
    ['mysql://u@h/d', { user: 'u', database: 'd', hosts: [host('h')] }],
    ['mysql://u:@h/d', { user: 'u', password: '', database: 'd', hosts: [host('h')] }],
    [
      'mysql://u:p@a:3307,b,10.0.0.3:3308/d',
      { user: 'u', password: 'p', database: 'd', hosts: [host('a', 3307), host('b'), host('10.0.0.3', 3308)] },
    ],
    ['mysql://u:p@[::1]:3307/d', { user: 'u', password: 'p', database: 'd', hosts: [host('::1', 3307)] }],
    [
      'mysql://us%40er:p%3A%40%2F%25%3F%23%20w@h/my%20pool',
      { user: 'us@er', password: 'p:@/%?# w', database: 'my pool', hosts: [host('h')] },
    ],
    ['mysql://u:p:q@h/d', { user: 'u', password: 'p:q', database: 'd', hosts: [host('h')] }],
    [
      'mysql://u@localhost/d?socketPath=%2Frun%2Fmysqld%2Fmysqld.sock',
      { user: 'u', database: 'd', socketPath: '/run/mysqld/mysqld.sock', hosts: [] },
    ],
    ['mysql://u@h/d?ssl=true', { user: 'u', database: 'd', hosts: [host('h')], tls: { verify: true } }],
    [
      'mysql://u@h/d?ssl=true&sslVerify=false',
      { user: 'u', database: 'd', hosts: [host('h')], tls: { verify: false } },
    ],
    ['mysql://u@h/d?sslVerify=true', { user: 'u', database: 'd', hosts: [host('h')], tls: { verify: true } }],
    ['mysql://u@h/d?ssl=false', { user: 'u', database: 'd', hosts: [host('h')] }],
  ])('%s', (url, address) => {
    expect(parseDatabaseUrl(url)).toEqual(address);
  });

  test('sslCa names the authority that must have signed', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'motorpool-url-'));
    try {
      const ca = path.join(folder, 'ca.pem');
      writeFileSync(ca, 'the certificate');
      expect(parsed(`mysql://u@h/d?sslCa=${ca}`).tls).toEqual({ verify: true, ca: 'the certificate' });
      expect(parsed(`mysql://u@h/d?sslCa=${ca}&sslVerify=false`).tls).toEqual({ verify: false, ca: 'the certificate' });
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(parseDatabaseUrl('mysql://u@h/d?sslCa=/does/not/exist')).toMatch(/^cannot be used: .*\/does\/not\/exist/);
  });

  const FORM = /^must have the form mysql:\/\/user:password@host:port\/database$/;
  test.each<[url: string, complaint: RegExp]>([
    ['', FORM],
    ['pool', FORM],
    ['http://u:p@h/d', FORM],
    ['postgresql://u:p@h/d', FORM],
    ['mysql://u:p@h', FORM],
    ['mysql://u:p@ss@h/d', FORM],
    ['mysql://u:p/w@h/d', FORM],
    ['mysql://u:p@h/d/e', FORM],
    ['mysql://u:p@h/d#x', FORM],
    ['mysql://u:p@h/', /^must name a database/],
    [`mysql://u:p@h/${'d'.repeat(41)}`, /at most 40 characters$/],
    ['mysql://u:p@h/d%60%3B', /^must name a database of at most 40/],
    ['mysql://u:p@h/d%00', /^must name a database of at most 40/],
    ['mysql://h/d', /^must name a user/],
    ['mysql://:p@h/d', /^must name a user/],
    ['mysql://u:p@/d', /^must name hosts as host or host:port/],
    ['mysql://u:p@a,/d', /^must name hosts/],
    ['mysql://u:p@a,,b/d', /^must name hosts/],
    ['mysql://u:p@h:0/d', /^must name hosts/],
    ['mysql://u:p@h:65536/d', /^must name hosts/],
    ['mysql://u:p@h:x/d', /^must name hosts/],
    ['mysql://u:p@::1/d', /^must name hosts/],
    ['mysql://u:%@h/d', /percent-encoded$/],
    ['mysql://u:p@h/d?ssl=yes', /^has an option ssl that must be true or false$/],
    ['mysql://u:p@h/d?ssl', /^has an option ssl that must be true or false$/],
    ['mysql://u:p@h/d?SSL=true', /^has an unknown option SSL: there are socketPath, ssl, sslCa, sslVerify$/],
    ['mysql://u:p@h/d?sslVerify=0', /^has an option sslVerify that must be true or false$/],
    ['mysql://u:p@h/d?ssl=false&sslVerify=true', /^asks for TLS and for none/],
    ['mysql://u:p@h/d?socketPath=', /^has an option socketPath that must be an absolute path$/],
    ['mysql://u:p@h/d?socketPath=run/x.sock', /^has an option socketPath that must be an absolute path$/],
  ])('%s is refused', (url, complaint) => {
    expect(parseDatabaseUrl(url)).toMatch(complaint);
  });

  test('an address is told without its password', () => {
    expect(describeAddress(parsed('mysql://u:secret@a:3307,b/d'))).toBe('a:3307,b:3306, database d');
    expect(describeAddress(parsed('mysql://u:secret@x/d?socketPath=/run/x.sock'))).toBe(
      'socket /run/x.sock, database d',
    );
  });
});
