import type { User } from '../entities/user';

/** A file that an account may have. */
export interface ExportedFile {
  name: string;
  /** With the charset. */
  type: string;
  /** The content security policy of a page that a browser shows; without one a browser saves the file. */
  policy?: string;
  /** A text, or its parts, each of which is read once the client has taken the one before. */
  body: string | AsyncIterable<string>;
}

/**
 * Reads a further part in a turn of its own, for the account as it is then: it may have been disabled, or have lost a role.
 * @throws Refusal, which ends the file in the midst of it
 */
export type ReadOn = <T>(read: (viewer: User) => Promise<T>) => Promise<T>;

/** What came with a link. */
export type Given<Name extends string = string> = Partial<Record<Name, string>>;

/** A link to a file. */
export interface ExportLink {
  url: string;
  /** For the audit trail. */
  action: string;
  /** The names that the link's query may have; the names in its path stand in the URL. */
  parameters: readonly string[];
  /** @throws Refusal */
  file: (viewer: User, given: Given, readOn: ReadOn) => Promise<ExportedFile>;
}
