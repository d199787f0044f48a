import { Ledger1763856000000 } from './0001-ledger';
import { DisabledAccounts1763942400000 } from './0002-disabled-accounts';
import { PoolUid1764028800000 } from './0003-pool-uid';
import { Acknowledgements1764115200000 } from './0004-acknowledgements';
import { IdempotencyKeys1764201600000 } from './0010-idempotency-keys';
import { FactsOfThePool1764288000000 } from './0011-facts-of-the-pool';
import { IndexesOfLists1764374400000 } from './0012-indexes-of-lists';
import { Changes1796040000000 } from './0018-changes';
import { FiltersOfLists1796043600000 } from './0022-filters-of-lists';
import { UndonePurchases1796047200000 } from './0016-undone-purchases';
import { Identities1796050800000 } from './0020-identities';

/** In the order in which they run. A migration that has been released is never changed: a further one follows it. */
export const migrations = [
  Ledger1763856000000,
  DisabledAccounts1763942400000,
  PoolUid1764028800000,
  Acknowledgements1764115200000,
  IdempotencyKeys1764201600000,
  FactsOfThePool1764288000000,
  IndexesOfLists1764374400000,
  Changes1796040000000,
  FiltersOfLists1796043600000,
  UndonePurchases1796047200000,
  Identities1796050800000,
];
