import { run, SetupError } from '../processes.mjs';

/*
 * Where the nodes of a cluster live: each in a network namespace of its own on one bridge, as machines on a switch are,
 * or, without root's rights, on addresses of the loopback network, where nobody can be cut off.
 */

const PREFIX = 'mpg';

/** @returns {Promise<Network>} */
export async function createNetwork(count) {
  if (process.getuid() !== 0 || (await run('ip', ['-V'])).code !== 0) return loopback(count);
  await clearLitter();
  return namespaces(count);
}

function loopback(count) {
  const net = `127.${88 + (process.pid % 100)}.${1 + (process.pid % 250)}`;
  return {
    addresses: Array.from({ length: count }, (_, i) => `${net}.${i + 1}`),
    canCut: false,
    inside: (_node, command) => command,
    remove: () => Promise.resolve(),
  };
}

async function namespaces(count) {
  const net = `10.${200 + (process.pid % 50)}.${1 + (process.pid % 250)}`;
  const bridge = `${PREFIX}${process.pid}`;
  const name = (node) => `${PREFIX}${process.pid}-${node + 1}`;
  const addresses = Array.from({ length: count }, (_, i) => `${net}.${i + 1}`);
  await ip('link', 'add', bridge, 'type', 'bridge');
  await ip('addr', 'add', `${net}.254/24`, 'dev', bridge);
  await ip('link', 'set', bridge, 'up');
  for (const [node, address] of addresses.entries()) {
    await ip('netns', 'add', name(node));
    await ip('link', 'add', name(node), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name(node));
    await ip('link', 'set', name(node), 'master', bridge, 'up');
    await ip('-n', name(node), 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    await ip('-n', name(node), 'link', 'set', 'eth0', 'up');
    await ip('-n', name(node), 'link', 'set', 'lo', 'up');
  }
  const others = (node) => addresses.filter((_, i) => i !== node);
  return {
    addresses,
    canCut: true,
    inside: (node, command) => ['ip', 'netns', 'exec', name(node), ...command],
    /** Its cable is pulled: nobody reaches it, and nobody is told. */
    cutOff: (node) => ip('link', 'set', name(node), 'down'),
    /** The node loses only the other nodes: clients still reach it. */
    isolate: async (node) => {
      for (const address of others(node)) await ip('-n', name(node), 'route', 'add', 'blackhole', `${address}/32`);
    },
    heal: async (node) => {
      await ip('link', 'set', name(node), 'up');
      for (const address of others(node))
        await run('ip', ['-n', name(node), 'route', 'del', 'blackhole', `${address}/32`]);
    },
    remove: () => removeOf(process.pid),
  };
}

/** What was left by starters that were killed. */
async function clearLitter() {
  const { output } = await run('ip', ['-o', 'link', 'show', 'type', 'bridge']);
  for (const [, pid] of output.matchAll(new RegExp(`\\b${PREFIX}(\\d+):`, 'g'))) {
    if (!isAlive(Number(pid))) await removeOf(pid);
  }
}

async function removeOf(pid) {
  const { output } = await run('ip', ['netns', 'list']);
  for (const [name] of output.matchAll(new RegExp(`^${PREFIX}${pid}-\\d+`, 'gm'))) {
    await run('ip', ['link', 'del', name]);
    await run('ip', ['netns', 'del', name]);
  }
  await run('ip', ['link', 'del', `${PREFIX}${pid}`]);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function ip(...args) {
  const { code, output } = await run('ip', args);
  if (code !== 0)
    throw new SetupError(`The network of the test cluster could not be made (ip ${args.join(' ')}).`, output);
}
