/**
 * What a spreadsheet would compute, or hand to another program, instead of showing it; also behind blanks, and in full width.
 * It may begin inside of a text too: where ";" separates lists, as in most of Europe, Excel opens a file with commas by
 * cutting each line at ";" and knows no quotation mark in the midst of a cell, so a line break ends the row there.
 */
const FORMULA = /(?<=^|[;\t\r\n])(?=['\s]*[=+\-@＝＋－＠])/gu;
/** What a number of ours looks like: an amount below zero begins with "-" too, and must stay a number. */
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * A line of a CSV file as RFC 4180 wants it, with its line break. A text that a spreadsheet would take for a formula gets an
 * apostrophe in front, so that a name such as "=HYPERLINK(...)" does nothing to whom opens the file; so does what would be one
 * behind a semicolon, a tab or a line break. Programs find the text again by removing, at the beginning and behind each of
 * these, one apostrophe that a formula follows.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => quoted(harmless(String(cell ?? '')))).join(',')}\r\n`;
}

const harmless = (text: string): string => (NUMBER.test(text) ? text : text.replaceAll(FORMULA, "'"));

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
