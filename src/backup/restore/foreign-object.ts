import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Backup } from '../catalogue';

/** Something in a dump that is made in the name of an account. */
export interface OwnedObject {
  /** "view report" */
  what: string;
  /** "root@localhost" */
  owner: string;
}

const OWNER = /^(?:\/\*!|CREATE ).*?DEFINER=`((?:[^`]|``)*)`@`((?:[^`]|``)*)`/;
const OBJECT = /\b(view|trigger|function|procedure|event)\s+`?((?:[^`\s(]|``)+)/i;
/** A view's name stands in the line after its owner's. */
const LINES = 2;

/** The first view, trigger, routine or event of the dump that belongs to another account; null where there is none. */
export async function foreignObject(
  { path, sqlBytes }: Pick<Backup, 'path' | 'sqlBytes'>,
  account: string,
): Promise<OwnedObject | null> {
  const lines = createInterface({ input: createReadStream(path, { end: sqlBytes - 1 }), crlfDelay: 0 });
  let owner = '';
  let left = 0;
  for await (const line of lines) {
    const [, user, host] = OWNER.exec(line) ?? [];
    if (user !== undefined && host !== undefined) {
      owner = `${user}@${host}`;
      left = owner === account ? 0 : LINES;
    }
    if (left-- <= 0) continue;
    const [, kind, name] = OBJECT.exec(line.replace(OWNER, '')) ?? [];
    if (kind !== undefined && name !== undefined) return { what: `${kind.toLowerCase()} ${name}`, owner };
  }
  return null;
}
