/** What a spreadsheet would compute, or hand to another program, instead of showing it; also behind blanks, and in full width. */
const FORMULA = /^['\s]*[=+\-@＝＋－＠]/u;
/** What a number of ours looks like: an amount below zero begins with "-" too, and must stay a number. */
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * A line of a CSV file as RFC 4180 wants it, with its line break. A text that a spreadsheet would take for a formula gets an
 * apostrophe in front, so that a name such as "=HYPERLINK(...)" does nothing to whom opens the file. Programs find the text
 * again by removing one apostrophe where the text begins with one and a formula follows.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => quoted(harmless(String(cell ?? '')))).join(',')}\r\n`;
}

const harmless = (text: string): string => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text);

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
