import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { waitFor } from '../support/wait';
import { Project } from './project';

test('a change is compiled and runs, one that does not compile is shown, and Ctrl-C ends everything', async () => {
  const project = Project.withSources();
  const hello = (text: string): string =>
    `for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { console.log('ended'); process.exit(); });
     setInterval(() => undefined, 1000);
     console.log(${text}, process.pid);\n`;
  project.write('src/hello.ts', hello(`'first'`));
  // In a group of its own, which a terminal sends Ctrl-C to as a whole.
  const child = spawn(process.execPath, ['scripts/dev.mjs', 'hello'], { cwd: project.root, detached: true });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const said = (pattern: RegExp): Promise<RegExpExecArray> =>
      waitFor(`${String(pattern)} in ${stdout}${stderr}`, () => pattern.exec(stdout + stderr));

    await said(/^first \d+$/m);
    project.write('src/hello.ts', hello('1 - "one"'));
    await said(/error TS2363/);
    project.write('src/hello.ts', hello(`'second'`));
    await said(/^second \d+$/m);
    expect(stdout.match(/^(first|second|NaN) /gm)).toEqual(['first ', 'second ']);

    process.kill(-(child.pid ?? 0), 'SIGINT');
    await ended;
    // The first was told to end as well, for the second to start.
    expect(stdout).toMatch(/^second \d+\nended\n/m);
  } finally {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
    rmSync(project.root, { recursive: true, force: true });
  }
});
