import { type Surroundings, whyChildrenEndWithUs } from '../../src/program/child-fate';

const CONTAINER = 'the container ends all its processes with this one';
const UNIT = '0::/system.slice/motorpool.service\n';

/** As on a machine without systemd, started from a shell, unless told otherwise. */
function around(change: Partial<Surroundings> & { init?: string; group?: string; mode?: string | null }) {
  const asked: string[][] = [];
  const { init = 'systemd', group = '0::/\n', mode = null, ...rest } = change;
  const read = (file: string): Promise<string | null> => Promise.resolve(file === '/proc/1/comm' ? `${init}\n` : group);
  const systemctl = (args: string[]): Promise<string | null> => {
    asked.push(args);
    return Promise.resolve(mode);
  };
  return { asked, of: { pid: 500, parentPid: 400, invocationId: undefined, read, systemctl, ...rest } };
}

test.each<[string, Parameters<typeof around>[0], string | null]>([
  ['started from a shell', {}, null],
  ['started by the init of a machine', { parentPid: 1 }, null],
  ['process 1', { pid: 1, parentPid: 0 }, CONTAINER],
  ['started from outside of the container', { parentPid: 0 }, CONTAINER],
  ['started by the init of a container', { parentPid: 1, init: 'docker-init' }, CONTAINER],
  ['in a unit with KillMode=process', { parentPid: 1, invocationId: 'x', group: UNIT, mode: 'process\n' }, null],
  [
    'in a unit with KillMode=control-group',
    { parentPid: 1, invocationId: 'x', group: UNIT, mode: 'control-group\n' },
    'systemd ends it with motorpool.service, which has KillMode=control-group',
  ],
  [
    'in a unit of which systemd tells nothing',
    { parentPid: 1, invocationId: 'x', group: UNIT },
    'systemd does not say whether motorpool.service has KillMode=process',
  ],
  ['in a terminal', { invocationId: 'x', group: '0::/user.slice/user-1000.slice/session-3.scope\n' }, null],
])('%s', async (_what, change, why) => {
  expect(await whyChildrenEndWithUs(around(change).of)).toBe(why);
});

test('a unit of a user is asked of the user’s systemd', async () => {
  const group = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/motorpool.service\n';
  const { asked, of } = around({ invocationId: 'x', group, mode: 'process\n' });
  expect(await whyChildrenEndWithUs(of)).toBeNull();
  expect(asked).toEqual([['--user', 'show', '--property=KillMode', '--value', 'motorpool.service']]);
});
