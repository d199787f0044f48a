import { urlToHttpOptions } from 'node:url';
import { z } from 'zod';
import { parseDuration } from './duration';

/** A whole number from `min` to `max`; `text` says so. */
export const wholeNumber = (min: number, max: number, text: string) =>
  z
    .string()
    .regex(/^\d{1,9}$/, text)
    .transform(Number)
    .refine((value) => value >= min && value <= max, text);

export const DAY_MS = 86_400_000;

/** A time from `leastMs` to `mostMs`, in ms; `text` says so. */
export const time = (usual: string, leastMs: number, mostMs: number, text: string) =>
  z
    .string()
    .default(usual)
    .transform((given, context) => {
      const ms = parseDuration(given);
      if (ms !== null && ms >= leastMs && ms <= mostMs) return ms;
      context.addIssue(text);
      return z.NEVER;
    });

/** "on" or "off". */
export const onOrOff = (usual: 'on' | 'off') =>
  z
    .string()
    .toLowerCase()
    .pipe(z.enum(['on', 'off'], 'must be "on" or "off"'))
    .default(usual);

/** An address of the web, which may hold user and password; left out where there is none. */
export const webAddress = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .refine(hasReadableUser, 'must have special characters in user and password percent-encoded')
  .optional();

function hasReadableUser(url: string): boolean {
  try {
    urlToHttpOptions(new URL(url));
    return true;
  } catch {
    return false;
  }
}
