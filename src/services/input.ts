import type { Cents } from '../values/money';
import { badInput, quote } from './errors';

const MAX_ID = 4_294_967_295;
// Control characters have no place in a line of text; a lone surrogate cannot be stored; a mark that turns the direction
// of what follows makes a name look like another one (CVE-2021-42574). Joiners stay: some scripts need them.
const NOT_TEXT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const NOT_NOTE = /[^\P{Cc}\n\t]|\p{Cs}|\p{Bidi_Control}/u;

/** An id as clients send it; null where no row can have it. */
export function parseId(id: string): number | null {
  if (!/^[1-9]\d{0,9}$/.test(id)) return null;
  const value = Number(id);
  return value <= MAX_ID ? value : null;
}

/** A required line of text, trimmed. @throws Refusal BAD_USER_INPUT */
export function requiredLine(field: string, text: string, maxLength: number): string {
  const line = text.trim();
  if (line === '') throw badInput(`The ${field} must not be empty.`, field);
  if (line.length > maxLength) throw badInput(`The ${field} must have at most ${maxLength} characters.`, field);
  if (NOT_TEXT.test(line))
    throw badInput(`The ${field} must be one line of text without control characters or direction marks.`, field);
  return line;
}

/** An optional text of several lines, trimmed; null where nothing is left. @throws Refusal BAD_USER_INPUT */
export function optionalNote(field: string, text: string | null | undefined, maxLength = 500): string | null {
  const note = text?.trim() ?? '';
  if (note === '') return null;
  if (note.length > maxLength) throw badInput(`The ${field} must have at most ${maxLength} characters.`, field);
  if (NOT_NOTE.test(note))
    throw badInput(`The ${field} must be text without control characters or direction marks.`, field);
  return note;
}

/** An idempotency key: null where none was sent. @throws Refusal BAD_USER_INPUT */
export function optionalKey(key: string | null | undefined): string | null {
  if (key === null || key === undefined) return null;
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw badInput('The idempotencyKey must have 1 to 200 printable ASCII characters and no space.', 'idempotencyKey');
  }
  return key;
}

/** An amount above zero, in cents. @throws Refusal BAD_USER_INPUT */
export function positiveAmount(field: string, amount: Cents): Cents {
  if (amount <= 0n) throw badInput(`The ${field} must be more than 0.00.`, field);
  return amount;
}

/** An amount above zero, in cents, or null. @throws Refusal BAD_USER_INPUT */
export function optionalAmount(field: string, amount: Cents | null | undefined): Cents | null {
  return amount === null || amount === undefined ? null : positiveAmount(field, amount);
}

const FIRST_MODEL_YEAR = 1885;
const MAX_MILEAGE_KM = 10_000_000;

/** The year of a model, at most the next one, or null. @throws Refusal BAD_USER_INPUT */
export const optionalModelYear = (year: number | null | undefined): number | null =>
  optionalWholeNumber('year', year, FIRST_MODEL_YEAR, new Date().getUTCFullYear() + 1);

/** An odometer reading in km, or null. @throws Refusal BAD_USER_INPUT */
export const optionalMileage = (mileage: number | null | undefined): number | null =>
  optionalWholeNumber('mileage', mileage, 0, MAX_MILEAGE_KM);

/** A whole number within bounds, or null. @throws Refusal BAD_USER_INPUT */
function optionalWholeNumber(field: string, value: number | null | undefined, min: number, max: number): number | null {
  if (value === null || value === undefined) return null;
  if (!Number.isInteger(value) || value < min || value > max) {
    throw badInput(`The ${field} must be a whole number from ${min} to ${max}, not ${value}.`, field);
  }
  return value;
}

// Earlier than any vehicle, and safely within what DATETIME holds.
const EARLIEST = new Date('1900-01-01T00:00:00.000Z');

/** A time that has passed, or null. @throws Refusal BAD_USER_INPUT */
export function optionalPastTime(field: string, time: Date | null | undefined, now: Date): Date | null {
  if (time === null || time === undefined) return null;
  if (time > now) throw badInput(`The ${field} must not be in the future: ${time.toISOString()} is.`, field);
  if (time < EARLIEST) throw badInput(`The ${field} must not be before ${EARLIEST.toISOString()}.`, field);
  return time;
}

const VIN = /^[A-Z0-9]{17}$/i;

/** A VIN in capitals, or null. @throws Refusal BAD_USER_INPUT */
export function optionalVin(vin: string | null | undefined): string | null {
  if (vin === null || vin === undefined) return null;
  const trimmed = vin.trim();
  if (!VIN.test(trimmed)) throw badInput(`The vin must have 17 letters and digits, not ${quote(vin)}.`, 'vin');
  return trimmed.toUpperCase();
}
