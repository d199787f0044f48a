import path from 'node:path';
import type { CopySettings } from '../backup/copy/settings';
import type { Config } from '../config';

/** How copies are read: as the settings say, but for what the command's own options say. */
export function copyAccess({ backup: { copy } }: Config, { identity }: { identity?: string }): CopySettings {
  return identity === undefined ? copy : { ...copy, identityFile: path.resolve(identity) };
}
