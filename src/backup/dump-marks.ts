/** How a dump begins the definition of a table, at the start of a line. */
export const CREATE = Buffer.from('\nCREATE TABLE `');
/** How it ends one. */
export const END = Buffer.from('\n) ');
/** After either of these come bodies of triggers, events and routines, which may hold anything. */
const ROUTINES = Buffer.from('\n-- Dumping routines for database');
export const BODIES: readonly Buffer[] = [ROUTINES, Buffer.from('\nDELIMITER ;;')];
/** No mark is longer: of so many last bytes one may be the beginning. */
export const LONGEST_MARK = ROUTINES.length;

/** The first of the marks in the data. */
export function first(data: Buffer, marks: readonly Buffer[]): { at: number; mark: Buffer } | null {
  let found: { at: number; mark: Buffer } | null = null;
  for (const mark of marks) {
    const at: number = (found === null ? data : data.subarray(0, found.at)).indexOf(mark);
    if (at !== -1) found = { at, mark };
  }
  return found;
}
