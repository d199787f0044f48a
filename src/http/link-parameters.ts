import { DateTime } from '../scalars/date-time';
import { badInput, quote } from '../services/errors';

/**
 * The parameters of a link to a file. A name that is not known is refused: with "form" for "from", somebody would get a
 * file of everything and take it for a part.
 * @throws Refusal BAD_USER_INPUT for an unknown parameter, and for one that is given twice
 */
export function checkParameters(query: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  for (const [name, value] of Object.entries(query)) {
    if (!names.includes(name)) {
      throw badInput(`This link has no parameter ${quote(name)}, only ${names.join(', ')}.`, name.slice(0, 60));
    }
    if (typeof value !== 'string') throw badInput(`The parameter ${name} may be given once.`, name);
  }
}

/** @throws Refusal BAD_USER_INPUT for what is no time with a time zone */
export function timeParameter(name: string, text: string | undefined): Date | null {
  if (text === undefined) return null;
  try {
    return DateTime.parseValue(text);
  } catch (error) {
    throw badInput(`${name}: ${(error as Error).message}`, name);
  }
}
