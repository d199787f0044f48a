import { Ledger1763856000000 } from './0001-ledger';
import { DisabledAccounts1763942400000 } from './0002-disabled-accounts';
import { PoolUid1764028800000 } from './0003-pool-uid';

/** In the order in which they run. A migration that has been released is never changed: a further one follows it. */
export const migrations = [Ledger1763856000000, DisabledAccounts1763942400000, PoolUid1764028800000];
