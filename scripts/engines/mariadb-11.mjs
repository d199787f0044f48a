import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianTree } from './debian-tree.mjs';

/** MariaDB 11 of Debian unstable: its programs come before the machine's own, so that the embedded server is it. */
export const mariaDb11 = {
  name: 'mariadb-11',
  what: 'MariaDB 11, embedded',
  async start() {
    const tree = await debianTree('mariadb-11', ['mariadb-server-core', 'mariadb-client']);
    const folder = mkdtempSync(join(tmpdir(), 'motorpool-mariadb-11-'));
    for (const name of ['mariadbd', 'mariadb-install-db']) {
      // An option such as --no-defaults must come first.
      const script = `#!/bin/sh\nfirst=$1\nshift\nexec '${join(tree, 'bin', name)}' "$first" '--basedir=${tree}' "$@"\n`;
      writeFileSync(join(folder, name), script);
      chmodSync(join(folder, name), 0o755);
    }
    return {
      environment: { PATH: `${folder}:${join(tree, 'bin')}:${process.env.PATH}` },
      stop: () => Promise.resolve(rmSync(folder, { recursive: true })),
    };
  },
};
