import { clearFetched } from '../backup/offsite/fetch';
import { settleReplaced } from '../backup/restore/swap/replaced-schemas';
import type { SettleInterrupted } from '../backup/run/types';

/** What every backup settles first: files that interrupted fetches left, and databases that interrupted restores left. */
export const settleInterrupted: SettleInterrupted = async (context) => {
  await clearFetched(context.settings);
  return (await settleReplaced(context)).saved;
};
