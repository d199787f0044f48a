import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Access } from '../../src/backup/offsite/settings';
import { debianTree, treeEnvironment } from './debian-tree';
import { waitFor } from './wait';

const execute = promisify(execFile);
const SERVERS = ['account', 'container', 'object'] as const;
const PACKAGES = ['age', 'memcached', 'swift-account', 'swift-container', 'swift-object', 'swift-proxy'];
const START_MS = 60_000;

/** The programs that the tests of copies need, beyond those of the database. */
export const copyTools = (): Promise<string> => debianTree('copies', PACKAGES);

/** OpenStack's servers read their settings in a folder of the system's unless they are told before they look. */
const LAUNCH = `import sys
from swift.common import utils
utils.set_swift_dir(sys.argv[1])
from swift.common.wsgi import run_wsgi
sys.exit(run_wsgi(sys.argv[1] + '/' + sys.argv[2] + '.conf', sys.argv[2]))
`;

/** A storage that speaks S3, the object storage of OpenStack (Swift): signatures, multipart uploads and all. */
export class ObjectStorage {
  readonly bucket = 'backups';
  private readonly processes: ChildProcess[] = [];
  private proxy: ChildProcess | null = null;

  private constructor(
    private readonly folder: string,
    private readonly tree: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<ObjectStorage> {
    const tree = await copyTools();
    const attempt = (): Promise<ObjectStorage> => ObjectStorage.startIn(tree);
    // Once more, as somebody may have taken one of the ports meanwhile.
    return attempt().catch(attempt);
  }

  private static async startIn(tree: string): Promise<ObjectStorage> {
    const [proxy = 0, memory = 0, ...ports] = await Promise.all(Array.from({ length: 5 }, freePort));
    const folder = mkdtempSync(path.join(tmpdir(), 'storage-test-'));
    const storage = new ObjectStorage(folder, tree, proxy);
    try {
      await storage.setUp(memory, ports);
      return storage;
    } catch (error) {
      await storage.stop();
      throw error;
    }
  }

  private async setUp(memory: number, ports: readonly number[]): Promise<void> {
    mkdirSync(path.join(this.folder, 'disks', 'one'), { recursive: true });
    this.configure(memory, ports);
    await this.makeRings(ports);
    this.processes.push(this.spawn('memcached', ['-u', userInfo().username, '-l', '127.0.0.1', '-p', `${memory}`]));
    for (const name of SERVERS) this.processes.push(this.launch(name));
    // Asked before they listen, the proxy would take them for broken, and for a while not ask again.
    await Promise.all(ports.map((port) => waitFor('the servers of the storage', () => listensOn(port), START_MS)));
    await this.comeBack();
    const client = this.client();
    await client.send(new CreateBucketCommand({ Bucket: this.bucket }));
    client.destroy();
  }

  get access(): S3Access & { endpoint: string } {
    return {
      endpoint: `http://127.0.0.1:${this.port}`,
      region: 'us-east-1',
      accessKeyId: 'pool:copier',
      secretAccessKey: 'a-secret-of-the-storage',
      sessionToken: null,
    };
  }

  client(): S3Client {
    const { endpoint, region, accessKeyId, secretAccessKey } = this.access;
    return new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  }

  /** Ends what answers on the port; what is stored stays. */
  async goAway(): Promise<void> {
    if (this.proxy !== null) await end(this.proxy);
    this.proxy = null;
  }

  async comeBack(): Promise<void> {
    this.proxy = this.launch('proxy');
    const answers = (): Promise<boolean> =>
      fetch(`${this.access.endpoint}/healthcheck`).then(
        ({ ok }) => ok,
        () => false,
      );
    await waitFor('the storage', answers, START_MS);
  }

  async stop(): Promise<void> {
    await this.goAway();
    for (const process of this.processes) await end(process);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private launch(name: string): ChildProcess {
    return this.spawn('python3', [path.join(this.folder, 'launch.py'), this.folder, `${name}-server`]);
  }

  private spawn(program: string, args: readonly string[]): ChildProcess {
    return spawn(path.join(this.tree, 'usr', 'bin', program), args, {
      env: treeEnvironment(this.tree),
      stdio: 'ignore',
    });
  }

  private configure(memory: number, ports: readonly number[]): void {
    const { folder } = this;
    const write = (name: string, text: string): void => {
      writeFileSync(path.join(folder, name), text);
    };
    const common = `[DEFAULT]\nbind_ip = 127.0.0.1\nworkers = 0\nuser = ${userInfo().username}\nswift_dir = ${folder}\n`;
    write('launch.py', LAUNCH);
    write('swift.conf', '[swift-hash]\nswift_hash_path_suffix = a\nswift_hash_path_prefix = b\n');
    for (const [i, name] of SERVERS.entries()) {
      write(
        `${name}-server.conf`,
        `${common}bind_port = ${ports[i] ?? 0}\ndevices = ${folder}/disks\nmount_check = false\nfallocate_reserve = 0\n` +
          `[pipeline:main]\npipeline = ${name}-server\n[app:${name}-server]\nuse = egg:swift#${name}\n`,
      );
    }
    const filters = ['catch_errors', 'gatekeeper', 'healthcheck', 'listing_formats', 'bulk', 'slo', 'dlo', 'copy'];
    const pipeline = 'catch_errors gatekeeper healthcheck listing_formats cache bulk s3api tempauth copy slo dlo';
    write(
      'proxy-server.conf',
      `${common}bind_port = ${this.port}\n[pipeline:main]\npipeline = ${pipeline} proxy-server\n` +
        '[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n' +
        filters.map((name) => `[filter:${name}]\nuse = egg:swift#${name}\n`).join('') +
        `[filter:cache]\nuse = egg:swift#memcache\nmemcache_servers = 127.0.0.1:${memory}\n` +
        '[filter:s3api]\nuse = egg:swift#s3api\nlocation = us-east-1\n' +
        `[filter:tempauth]\nuse = egg:swift#tempauth\nuser_pool_copier = ${this.access.secretAccessKey} .admin\n`,
    );
  }

  /** Where each of the three keeps its things: on the one disk. */
  private async makeRings(ports: readonly number[]): Promise<void> {
    const python = path.join(this.tree, 'usr', 'bin', 'python3');
    const ring = (...args: string[]) =>
      execute(python, [path.join(this.tree, 'usr', 'bin', 'swift-ring-builder'), ...args], {
        cwd: this.folder,
        env: treeEnvironment(this.tree),
      });
    for (const [i, name] of SERVERS.entries()) {
      await ring(`${name}.builder`, 'create', '1', '1', '1');
      await ring(`${name}.builder`, 'add', `r1z1-127.0.0.1:${ports[i] ?? 0}/one`, '1');
      await ring(`${name}.builder`, 'rebalance');
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

function listensOn(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
