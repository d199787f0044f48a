import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from './support';

const { PATH } = process.env;

/** Programs of a test's own, first on the path: the faults to be tested. */
export class FakePrograms {
  readonly folder = temporaryFolder();

  constructor() {
    process.env.PATH = `${this.folder}:${PATH ?? ''}`;
  }

  add(name: string, script: string): void {
    const file = path.join(this.folder, name);
    writeFileSync(file, `#!/bin/bash\n${script}\n`);
    chmodSync(file, 0o755);
  }

  /** As on a machine without a database server: what is restored is restored beside the live database. */
  hideServers(): void {
    for (const name of ['mariadbd', 'mysqld']) this.add(name, 'exit 127');
  }

  /** From here on the real ones are found again. */
  leavePath(): void {
    process.env.PATH = PATH;
  }

  remove(): void {
    this.leavePath();
    rmSync(this.folder, { recursive: true });
  }
}
