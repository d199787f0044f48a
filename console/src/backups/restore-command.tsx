import type { ReactElement } from 'react';
import { CopyButton } from '../ui/copy-button';

/** A command and no button: what replaces the live database must not be one slip of the hand away. */
export function RestoreCommand({ path }: { path: string }): ReactElement {
  const command = `npm run db:restore -- ${quoted(path)}`;
  return (
    <div className="restore">
      <p>
        A restore replaces the live database, so it is started at a terminal on the server. It checks the file, saves
        what is there, and swaps the restored database in once it was found sound.
      </p>
      <p className="command">
        <code>{command}</code>
        <CopyButton text={command} label="Copy the command that restores this backup" />
      </p>
    </div>
  );
}

/** As a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
