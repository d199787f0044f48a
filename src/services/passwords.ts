import { Algorithm, hash, verify } from '@node-rs/argon2';
import { badInput } from './errors';

// OWASP's password storage cheat sheet: argon2id with 19 MiB, two passes, one lane.
const ARGON2ID = { algorithm: Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const MIN_LENGTH = 8;
const MAX_LENGTH = 256;

/** NIST SP 800-63B: a length, and no rules of composition. @param field that it came in @throws Refusal BAD_USER_INPUT */
export function checkNewPassword(password: string, field: string): void {
  const { length } = Array.from(password);
  if (length < MIN_LENGTH || length > MAX_LENGTH) {
    throw badInput(`The password must have ${MIN_LENGTH} to ${MAX_LENGTH} characters.`, field);
  }
}

/** @returns argon2id in PHC form. Passwords are compared in Unicode's NFKC form, as NIST SP 800-63B asks. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), ARGON2ID);
}

let nobodysHash: Promise<string> | undefined;

/** Takes the same time for an account that does not exist or cannot sign in (null), so that nobody can tell. */
export async function isPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const candidate = password.length > 4 * MAX_LENGTH ? '' : password.normalize('NFKC');
  const stored = passwordHash ?? (await (nobodysHash ??= hashPassword(crypto.randomUUID())));
  const matches = await verify(stored, candidate);
  return matches && passwordHash !== null;
}
