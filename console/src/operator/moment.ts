/** A time of the API as such a field holds it; empty where there is none. */
export function typedMoment(at: string | null | undefined): string {
  if (at == null) return '';
  const time = new Date(at);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/**
 * A time as a field of a form holds it, "2026-11-30T09:30" in the reader's own zone, as the API takes it; nothing where it
 * was left empty.
 */
export function momentOf<Name extends string>(name: Name, typed: string): Partial<Record<Name, string>> {
  return typed === '' ? {} : ({ [name]: new Date(typed).toISOString() } as Record<Name, string>);
}
