import path from 'node:path';
import type { CopySettings } from '../backup/offsite/settings';
import type { Config } from '../config/config';

export const ONLY_FOR_COPIES = 'The option --identity opens an encrypted copy: name the copy, or leave it out.';

/** How copies are read: as the settings say, but for what the command's own options say. */
export function copyAccess({ backup: { copy } }: Config, { identity }: { identity?: string }): CopySettings {
  return identity === undefined ? copy : { ...copy, identityFile: path.resolve(identity) };
}
