/**
 * A time as a field of a form holds it, "2026-11-30T09:30" in the reader's own zone, as the API takes it; nothing where it
 * was left empty.
 */
export function momentOf<Name extends string>(name: Name, typed: string): Partial<Record<Name, string>> {
  return typed === '' ? {} : ({ [name]: new Date(typed).toISOString() } as Record<Name, string>);
}
