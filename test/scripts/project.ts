import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const REPOSITORY = join(__dirname, '../..');

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A folder with this repository's scripts and next to nothing for them to work on. */
export class Project {
  readonly root = mkdtempSync(join(tmpdir(), 'project-'));

  constructor() {
    cpSync(join(REPOSITORY, 'scripts'), join(this.root, 'scripts'), { recursive: true });
    this.write('.env', 'DATABASE_URL=mysql://somebody@elsewhere/pool\n');
  }

  /** With this repository's npm packages and compiler settings, and one program, `hello`. */
  static withSources(): Project {
    const project = new Project();
    for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']) {
      cpSync(join(REPOSITORY, name), join(project.root, name));
    }
    symlinkSync(join(REPOSITORY, 'node_modules'), join(project.root, 'node_modules'));
    project.write('ormconfig.ts', 'export default {};\n');
    project.write('src/hello.ts', `console.log('hello', ...process.argv.slice(2));\n`);
    return project;
  }

  /** With a build and no sources, and one npm package of its own, which lies beside it. */
  static packed(): Project {
    const project = new Project();
    const manifest = { name: 'packed', version: '1.0.0', dependencies: { thing: 'file:thing' } };
    const packages = {
      '': manifest,
      'node_modules/thing': { resolved: 'thing', link: true },
      thing: { version: '1.0.0' },
    };
    project.write('package.json', JSON.stringify(manifest));
    project.write('package-lock.json', JSON.stringify({ ...manifest, lockfileVersion: 3, packages }));
    project.write('thing/package.json', '{ "name": "thing", "version": "1.0.0", "main": "thing.js" }');
    project.write('thing/thing.js', `module.exports = 'the thing';`);
    project.write('dist/src/hello.js', `console.log('hello from', require('thing'));`);
    return project;
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.root, name)), { recursive: true });
    writeFileSync(join(this.root, name), text);
  }

  remove(name: string): void {
    rmSync(join(this.root, name), { recursive: true });
  }

  /** Runs `node scripts/run.mjs` with arguments to its end; `started` gets the process. */
  run(args: readonly string[], started?: (child: ReturnType<typeof spawn>) => void): Promise<Outcome> {
    const { DATABASE_URL: _url, NODE_ENV: _mode, ...inherited } = process.env;
    const env: NodeJS.ProcessEnv = { ...inherited, ...this.settings };
    const child = spawn(process.execPath, [...this.nodeOptions, 'scripts/run.mjs', ...args], {
      cwd: this.root,
      env,
      detached: true,
    });
    started?.(child);
    return new Promise((resolve, reject) => {
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) => {
        resolve({ code, stdout, stderr });
      });
    });
  }

  nodeOptions: string[] = [];
  settings: Record<string, string> = {};
}
