import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Project } from './project';

let project: Project;

afterEach(() => {
  rmSync(project.root, { recursive: true, force: true });
});

describe('with sources', () => {
  beforeEach(() => {
    project = Project.withSources();
  });

  test('builds once, says so on standard error, and passes arguments on', async () => {
    expect(await project.run(['hello', 'a', '--b', 'c d'])).toEqual({
      code: 0,
      stdout: 'hello a --b c d\n',
      stderr: 'Building ...\n',
    });
    expect(await project.run(['hello'])).toEqual({ code: 0, stdout: 'hello\n', stderr: '' });
  });

  test('builds again when a source changes or goes, and a failed build leaves the old one', async () => {
    project.write('src/gone.ts', 'export const gone = 1;\n');
    project.write('src/page.html', '<p>');
    await project.run(['hello']);
    expect(existsSync(join(project.root, 'dist/src/page.html'))).toBe(true);

    project.remove('src/gone.ts');
    project.write('src/hello.ts', `console.log('changed');\n`);
    expect(await project.run(['hello'])).toEqual({ code: 0, stdout: 'changed\n', stderr: 'Building ...\n' });
    expect(existsSync(join(project.root, 'dist/src/gone.js'))).toBe(false);

    project.write('src/hello.ts', `export const wrong: number = 'text';\n`);
    const failed = await project.run(['hello']);
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(/src\/hello\.ts\(1,14\): error TS2322[^]*\nThe build failed: mend what the compiler/);
    expect(readFileSync(join(project.root, 'dist/src/hello.js'), 'utf8')).toContain('changed');
    expect(readdirSync(project.root).filter((name) => name.startsWith('dist'))).toEqual(['dist']);
  });

  test('two at once build once', async () => {
    const outcomes = await Promise.all([project.run(['hello', 'one']), project.run(['hello', 'two'])]);
    expect(outcomes.map(({ stdout }) => stdout)).toEqual(['hello one\n', 'hello two\n']);
    expect(outcomes.map(({ stderr }) => stderr).sort()).toEqual(['', 'Building ...\n']);
  });

  test('a build that was killed is made again', async () => {
    const unfinished = (): string[] => readdirSync(project.root).filter((name) => name.startsWith('dist.'));
    let group = 0;
    const killed = project.run(['hello'], ({ pid = 0 }) => (group = pid));
    while (unfinished().length === 0) await delay(5);
    process.kill(-group, 'SIGKILL');
    expect((await killed).stdout).toBe('');

    expect(await project.run(['hello'])).toEqual({ code: 0, stdout: 'hello\n', stderr: 'Building ...\n' });
    expect(unfinished()).toEqual([]);
  });

  test('the program is the very process that was started', async () => {
    project.write(
      'src/hello.ts',
      `process.on('SIGTERM', () => { console.log('ends', process.pid); process.exit(7); });
       setInterval(() => undefined, 1000);
       console.log('ready');\n`,
    );
    let pid = 0;
    const outcome = await project.run(['hello'], (child) => {
      pid = child.pid ?? 0;
      child.stdout?.once('data', () => child.kill('SIGTERM'));
    });
    expect(outcome).toMatchObject({ code: 7, stdout: `ready\nends ${pid}\n` });
  });
});

describe('packed, without sources', () => {
  beforeEach(() => {
    project = Project.packed();
  });

  test('installs the locked packages once and builds nothing', async () => {
    expect(await project.run(['hello'])).toEqual({
      code: 0,
      stdout: 'hello from the thing\n',
      // Beyond a few seconds it tells how far it is.
      stderr: expect.stringMatching(
        /^Installing the locked npm packages \.\.\.\n( {2}\d+ of \d+ \.\.\.\n)*$/,
      ) as string,
    });
    expect(await project.run(['hello'])).toEqual({ code: 0, stdout: 'hello from the thing\n', stderr: '' });
  });

  test('leaves a linked node_modules alone, which npm would empty', async () => {
    project.write('elsewhere/precious.txt', 'of another project');
    symlinkSync(join(project.root, 'elsewhere'), join(project.root, 'node_modules'));
    const { code, stderr } = await project.run(['hello']);
    expect(code).toBe(1);
    expect(stderr).toBe('node_modules is a link, and npm would empty what it leads to: run npm ci there, by hand.\n');
    expect(readdirSync(join(project.root, 'elsewhere'))).toEqual(['precious.txt']);
  });

  test('shows what npm says where it fails', async () => {
    project.write(
      'package.json',
      '{ "name": "packed", "version": "1.0.0", "dependencies": { "other": "file:other" } }',
    );
    const { code, stderr } = await project.run(['hello']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/npm error[^]*\nThe npm packages could not be installed: see what npm says above\.\n$/);
  });

  test.each([
    [[], 'Usage: node scripts/run.mjs NAME [arguments]\n'],
    [['../evil'], 'Usage: node scripts/run.mjs NAME [arguments]\n'],
    [['cli/nothing'], /^[^]*There is no program cli\/nothing: .*dist\/src\/cli\/nothing\.js does not exist\.\n$/],
  ])('refuses %p in one line', async (args, message) => {
    const { code, stdout, stderr } = await project.run(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  test('refuses an old Node.js in one line', async () => {
    project.write('old.cjs', `Object.defineProperty(process, 'versions', { value: { node: '20.18.3' } });`);
    project.nodeOptions = ['--require', './old.cjs'];
    expect(await project.run(['hello'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Motorpool needs Node.js 20.19 or newer, and this is 20.18.3.\n',
    });
  });
});
