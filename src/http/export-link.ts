import type { User } from '../entities/user';

/** A file that an account may have. */
interface ExportedFile {
  name: string;
  /** With the charset. */
  type: string;
  /** The content security policy of a page that a browser shows; without one a browser saves the file. */
  policy?: string;
  body: string | NodeJS.ReadableStream;
}

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
  file: (viewer: User, given: Given) => Promise<ExportedFile>;
}
