import { useQuery } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { ask, askPool } from '../api/client';
import { type OperationRowFragment, NewestOfMineDocument } from '../api/operations';
import { LatestChangeDocument } from '../api/pool-operations';
import { useStatus } from '../api/queries';
import { useSession } from '../session/session';
import { count } from '../ui/format';
import { Icon } from '../ui/icons';

/** What somebody has just done to what. */
export interface Done {
  /** The mutation, such as "buyVehicle". */
  kind: string;
  subject: 'payment' | 'vehicle' | 'user';
  id: string;
}

/** So many of one's own operations are looked through for the one that was just done. */
const RECENT = 20;

/** Says that it was done, under which number, and for who may know it, that it is stored and proven. */
export function OperationDone({
  of,
  what,
  children,
}: {
  of: Done;
  what: ReactNode;
  /** Where to go on. */
  children?: ReactNode;
}): ReactElement {
  const { session } = useSession();
  const change = useQuery({
    queryKey: ['change', of.kind, of.subject, of.id],
    queryFn: async () => {
      const { kind, subject, id } = of;
      const { changes } = await askPool(LatestChangeDocument, { filter: { subject, subjectId: id, kinds: [kind] } });
      return changes.nodes[0]?.number ?? null;
    },
    // The same may be done again, as a vehicle is sold twice.
    gcTime: 0,
    placeholderData: undefined,
  });
  const number = change.data ?? null;
  return (
    <div className="notice good done" role="status">
      <p>
        <Icon name="check" />
        <strong>{what}.</strong> {number !== null && <>It is change {count(number)} of the journal.</>} {children}
      </p>
      {session?.role === 'ADMIN' && number !== null && <Ticks change={number} of={of} />}
    </div>
  );
}

/** For an ADMIN, whose schema alone tells of backups: the number of the operation, and its two ticks. */
function Ticks({ change, of }: { change: number; of: Done }): ReactElement {
  const { session } = useSession();
  const status = useStatus().data;
  const operation = useQuery({
    queryKey: ['operation of change', change],
    queryFn: async () => {
      const { operationsPage } = await ask(NewestOfMineDocument, {
        filter: { actor: session?.id ?? '' },
        first: RECENT,
      });
      return operationsPage.nodes.find((each) => KINDS[each.kind] === of.kind && idOf(each) === of.id)?.number ?? null;
    },
    placeholderData: undefined,
  });
  const isStored = status !== undefined && change <= status.changesStoredThrough;
  const isProven = status !== undefined && change <= status.changesProvenThrough;
  return (
    <p className="ticks">
      {operation.data != null && <span>Operation {count(operation.data)}</span>}
      <Tick is={isStored} name="stored" />
      <Tick is={isProven} name="proven" />
    </p>
  );
}

function Tick({ is, name }: { is: boolean; name: string }): ReactElement {
  return (
    <span className={is ? 'tag good' : 'tag info'}>
      {is ? <Icon name="check" /> : <span className="spinner" aria-hidden="true" />}
      {is ? name : `not yet ${name}`}
    </span>
  );
}

const KINDS: Readonly<Record<OperationRowFragment['kind'], string>> = {
  BUY_VEHICLE: 'buyVehicle',
  SELL_VEHICLE: 'sellVehicle',
  UNSELL_VEHICLE: 'unsellVehicle',
  UNBUY_VEHICLE: 'unbuyVehicle',
  CONFIRM_PAYMENT: 'confirmPayment',
};

const idOf = ({ payment, vehicle }: { payment: { id: string } | null; vehicle: { id: string } | null }) =>
  (payment ?? vehicle)?.id;
