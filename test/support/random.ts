import fc from 'fast-check';

/**
 * What tests draw at random. It is the same in every run, so that no change is refused by chance; SEED=N draws others,
 * and the workflow gives each of its runs a number of its own.
 */
export const SEED = Number(process.env.SEED ?? 1);
if (!Number.isSafeInteger(SEED)) throw new Error('SEED is no whole number.');

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });
export { fc };
