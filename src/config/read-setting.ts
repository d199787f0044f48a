import { readFileSync } from 'node:fs';
import { withHome } from './names';

/** A setting is missing or wrong; the message is the one line to show. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What is given as NAME, or in the file that NAME_FILE names; an empty one counts as unset.
 * @throws SettingError where both NAME and NAME_FILE are given, or the file holds nothing that can be read
 */
export function readSetting(environment: Environment, name: string): string | undefined {
  const given = (key: string): string | undefined => environment[key] || undefined;
  const direct = given(name);
  const file = given(`${name}_FILE`);
  if (file === undefined) return direct;
  // With a silent winner, a person who changes the other one would see no effect.
  if (direct !== undefined) throw new SettingError(`${name} and ${name}_FILE are both set: unset one of them.`);
  const text = readSettingFile(name, withHome(file)).trimEnd();
  if (text === '') throw new SettingError(`${name}_FILE names ${file}, which is empty.`);
  return text;
}

function readSettingFile(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOENT: 'which does not exist',
      ENOTDIR: 'which does not exist',
      EACCES: 'which this user may not read',
      EISDIR: 'which is a folder',
    };
    throw new SettingError(`${name}_FILE names ${file}, ${reasons[code ?? ''] ?? `which cannot be read: ${message}`}.`);
  }
}
