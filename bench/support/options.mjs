import { parseArgs } from 'node:util';

/** The values of the command line's options; whoever types others is told so in a sentence. */
export function parseOptions(options) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    const names = Object.keys(options).map((name) => `--${name}`);
    return refuse(`${error.message.split('. ')[0]}: the options are ${names.join(', ')}.`);
  }
}

/** @returns the number that the option's text stands for, from 1 */
export function countOf(name, text) {
  return /^[1-9]\d{0,8}$/.test(text)
    ? Number(text)
    : refuse(`--${name}=${text} is no count: give a whole number from 1.`);
}

/** Ends the process as wrong usage does. */
export function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}
