import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A git repository of a test's own, with an author and nothing of whoever runs the tests. */
export class Repository {
  readonly root = mkdtempSync(path.join(tmpdir(), 'repository-'));

  constructor() {
    this.git('init', '--quiet', '--initial-branch=main');
    this.git('config', 'user.name', 'Maintainer');
    this.git('config', 'user.email', 'maintainer@example.com');
  }

  write(name: string, text: string): void {
    writeFileSync(path.join(this.root, name), text);
  }

  /** What git prints. @throws where it fails */
  git(...args: string[]): string {
    const { code, stdout, stderr } = this.run('git', ...args);
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** Commits everything. */
  commit(message: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '-m', message);
  }

  run(program: string, ...args: string[]): { code: number | null; stdout: string; stderr: string } {
    const env = { PATH: process.env.PATH, HOME: this.root, GIT_CONFIG_NOSYSTEM: '1' };
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: this.root, encoding: 'utf8', env });
    return { code: status, stdout, stderr };
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
