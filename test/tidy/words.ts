/**
 * Words that a reader of the field stumbles over, in comments, messages, documents and schema. CONTRIBUTING.md, "Words",
 * has the ones to use instead.
 */
export const BANNED_WORDS =
  /\b(whoever|whomever|whosoever|anew|reckons?|reckoned|reckoning|mends?|mended|mending|looks? whether|lookout|patience|shelf|foreign object)\b/i;
