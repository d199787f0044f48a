import { spawn } from 'node:child_process';
import { chmodSync, createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endWith, run, SetupError } from '../processes.mjs';
import { createNetwork } from './galera-network.mjs';
import { galeraPackages } from './galera-packages.mjs';

/*
 * A Galera cluster of three nodes for tests, in a folder of its own. As a module: `start()`. As a program, whose arguments
 * are further options of each server: prints one line of JSON once it runs, then carries out what it reads, a line each,
 * such as "kill 1" (nodes count from 0), answers each with a line, and takes everything down when its input ends.
 */

const NODES = 3;
const ACCOUNT = 'pool:secret';
const READY_MS = 60_000;
/** A cluster that notices a lost node in three seconds, not in five. */
const PROVIDER_OPTIONS =
  'gcache.size=64M;evs.keepalive_period=PT0.5S;evs.suspect_timeout=PT3S;evs.inactive_timeout=PT8S;pc.recovery=FALSE';
/** A node logs what the others committed too. */
const WITH_BINARY_LOGS = ['--log-bin=binlog', '--log-slave-updates'];

/**
 * A cluster whose ids follow each other as those of one server do, for tests that count on it, and whose nodes keep
 * binary logs, for restores to any operation.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} `url` names every node
 */
export function start() {
  return GaleraCluster.start(['--wsrep-auto-increment-control=OFF', ...WITH_BINARY_LOGS]);
}

export class GaleraCluster {
  #folder;
  #network;
  #provider;
  #extra;
  #nodes = Array.from({ length: NODES }, () => null);

  /** @param extra further options of each server */
  static async start(extra = []) {
    const cluster = new GaleraCluster();
    cluster.#extra = extra;
    try {
      await cluster.#begin();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** With each node first in one of them, the others after it. */
  get urls() {
    const hosts = this.#network.addresses.map((address) => `${address}:3306`);
    return hosts.map((_, i) => `mysql://${ACCOUNT}@${[...hosts.slice(i), ...hosts.slice(0, i)].join(',')}/motorpool`);
  }

  get url() {
    return this.urls[0];
  }

  get canCut() {
    return this.#network.canCut;
  }

  /** As a power cut would; returns when the others have noticed. */
  async kill(node) {
    await this.#end(node, 'SIGKILL');
    await this.#settled();
  }

  async shutDown(node) {
    await this.#end(node, 'SIGTERM');
    await this.#settled();
  }

  /** Starts a node that is down, and waits until it has caught up. */
  async rejoin(node) {
    const position = await this.#recoveredPosition(node);
    await this.#startNode(node, [`--wsrep-cluster-address=gcomm://${this.#network.addresses.join(',')}`, ...position]);
  }

  async cutOff(node) {
    await this.#network.cutOff(node);
  }

  async isolate(node) {
    await this.#network.isolate(node);
  }

  /** Ends either, and waits until the node has caught up. */
  async heal(node) {
    await this.#network.heal(node);
    await this.#synced(node);
  }

  async stop() {
    await Promise.all(this.#nodes.map((_, node) => this.#end(node, 'SIGKILL')));
    await this.#network?.remove();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  async #begin() {
    this.#folder = mkdtempSync(join(tmpdir(), 'motorpool-galera-'));
    chmodSync(this.#folder, 0o755);
    this.#provider = await galeraPackages(join(this.#folder, 'bin'));
    this.#network = await createNetwork(NODES);
    for (const node of this.#nodes.keys()) await this.#install(node);
    await this.#startNode(0, ['--wsrep-new-cluster', '--wsrep-cluster-address=gcomm://']);
    const [user, password] = ACCOUNT.split(':');
    await this.#ask(0, `CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`);
    await this.#ask(0, `GRANT ALL ON *.* TO '${user}'@'%' WITH GRANT OPTION; CREATE DATABASE motorpool`);
    for (let node = 1; node < NODES; node++) await this.rejoin(node);
  }

  async #install(node) {
    const data = this.#of(node, 'data');
    mkdirSync(data, { recursive: true });
    const args = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'];
    const { code, output } = await run('mariadb-install-db', [...args, ...(isRoot() ? ['--user=root'] : [])]);
    if (code !== 0) throw new SetupError('The data of a Galera node could not be made.', output);
    if (isRoot()) await run('chown', ['-R', 'nobody:nogroup', this.#of(node, '')]);
  }

  async #startNode(node, args) {
    const child = this.#spawn(node, [...this.#settings(node), ...args]);
    child.ended = new Promise((resolve) => child.once('exit', resolve));
    child.once('exit', () => (child.hasEnded = true));
    this.#nodes[node] = child;
    await this.#synced(node);
  }

  #spawn(node, args) {
    // No node may outlive this process. Its program would drop root's rights by itself, and with them this.
    const drop = isRoot() ? ['--reuid=nobody', '--regid=nogroup', '--clear-groups'] : [];
    const command = ['setpriv', ...drop, '--pdeathsig=KILL', 'mariadbd', '--no-defaults', ...args];
    const [program, ...rest] = this.#network.inside(node, command);
    const child = spawn(program, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: `${join(this.#folder, 'bin')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` },
    });
    const log = createWriteStream(this.#of(node, 'log'), { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    return child;
  }

  #settings(node) {
    const address = this.#network.addresses[node];
    return [
      `--datadir=${this.#of(node, 'data')}`,
      `--socket=${this.#of(node, 'socket')}`,
      `--pid-file=${this.#of(node, 'pid')}`,
      `--bind-address=${address}`,
      '--port=3306',
      '--skip-name-resolve',
      '--binlog-format=ROW',
      '--innodb-autoinc-lock-mode=2',
      // A node that was killed has its neighbours: what the operating system holds is enough.
      '--innodb-flush-log-at-trx-commit=2',
      '--innodb-log-file-size=32M',
      '--innodb-buffer-pool-size=128M',
      '--performance-schema=OFF',
      '--wsrep-on=ON',
      `--wsrep-provider=${this.#provider}`,
      '--wsrep-cluster-name=motorpool-test',
      `--wsrep-node-address=${address}`,
      `--wsrep-node-name=node-${node + 1}`,
      '--wsrep-sst-method=rsync',
      `--wsrep-sst-receive-address=${address}:4444`,
      `--wsrep-provider-options=gmcast.listen_addr=tcp://${address}:4567;ist.recv_addr=${address}:4568;${PROVIDER_OPTIONS}`,
      ...this.#extra,
    ];
  }

  /** What a killed node has, so that it is sent what it lacks and no more. */
  async #recoveredPosition(node) {
    const child = this.#spawn(node, [...this.#settings(node), '--wsrep-recover']);
    let output = '';
    child.stderr.on('data', (chunk) => (output += chunk));
    await new Promise((resolve) => child.once('close', resolve));
    const position = /Recovered position: ([0-9a-f-]{36}:\d+)/.exec(output)?.[1];
    return position === undefined ? [] : [`--wsrep-start-position=${position}`];
  }

  /** Waits until those that are up agree that they are all there is. */
  async #settled() {
    const up = this.#nodes.flatMap((child, node) => (child === null || child.hasEnded ? [] : [node]));
    for (const node of up) {
      await this.#until(node, { wsrep_cluster_status: 'Primary', wsrep_cluster_size: up.length });
    }
  }

  #synced(node) {
    return this.#until(node, { wsrep_ready: 'ON', wsrep_local_state_comment: 'Synced' });
  }

  async #until(node, wanted) {
    const deadline = Date.now() + READY_MS;
    for (;;) {
      const { output } = await this.#ask(node, `SHOW STATUS LIKE 'wsrep_%'`);
      const status = Object.fromEntries(output.split('\n').map((line) => line.split('\t')));
      if (Object.entries(wanted).every(([name, value]) => status[name] === String(value))) return;
      if (this.#nodes[node]?.hasEnded || Date.now() > deadline) {
        const { output: log } = await run('tail', ['-n', '30', this.#of(node, 'log')]);
        throw new SetupError(`Node ${node} of the test cluster does not reach ${JSON.stringify(wanted)}.`, log);
      }
      await pause(100);
    }
  }

  #ask(node, sql) {
    return run('mariadb', ['--no-defaults', '-uroot', `--socket=${this.#of(node, 'socket')}`, '--batch', '-e', sql]);
  }

  async #end(node, signal) {
    const child = this.#nodes[node];
    if (child === null || child.hasEnded) return;
    child.kill(signal);
    await child.ended;
  }

  #of(node, name) {
    return join(this.#folder, `node-${node + 1}`, name);
  }
}

const isRoot = () => process.getuid() === 0;

const COMMANDS = ['kill', 'shutDown', 'rejoin', 'cutOff', 'isolate', 'heal'];

async function serve() {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.stdin.destroy());
  const cluster = await GaleraCluster.start(process.argv.slice(2));
  const { urls, canCut } = cluster;
  const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  say({ urls, canCut });
  try {
    for await (const line of createInterface({ input: process.stdin })) {
      const [command, node] = line.split(' ');
      if (!COMMANDS.includes(command)) throw new SetupError(`There is no command ${command}: ${COMMANDS.join(', ')}.`);
      say(
        await cluster[command](Number(node)).then(
          () => ({ done: line }),
          (error) => ({ failed: error.message }),
        ),
      );
    }
  } finally {
    await cluster.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve().catch(endWith);
