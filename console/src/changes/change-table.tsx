import type { ReactElement } from 'react';
import type { ChangeRowFragment } from '../api/operations';
import type { Status } from '../api/queries';
import { count } from '../ui/format';
import { Ago } from '../ui/time';

export function ChangeTable({
  changes,
  status,
}: {
  changes: readonly ChangeRowFragment[];
  status: Status | undefined;
}): ReactElement {
  return (
    <div className="table-place" role="region" aria-label="Changes" tabIndex={0}>
      <table className="table changes">
        <thead>
          <tr>
            <th scope="col" className="number">
              Number
            </th>
            <th scope="col">What</th>
            <th scope="col">Who</th>
            <th scope="col">When</th>
            <th scope="col">In a backup</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.number}>
              <td className="number">{count(change.number)}</td>
              <th scope="row">
                {inWords(change)}
                <Corrections values={change.values} />
              </th>
              <td data-name="Who">
                <span>
                  <bdi>{change.actorName}</bdi>
                  {change.address !== null && <span className="address"> from {change.address}</span>}
                </span>
              </td>
              <td data-name="When">
                <Ago at={change.at} isShort />
              </td>
              <td data-name="Backup">
                <Coverage number={change.number} status={status} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** "Buy vehicle 12" for a mutation; a command by its name, as one types it. */
function inWords({ kind, subject, subjectId }: ChangeRowFragment): ReactElement {
  const id = subjectId === null || subject === 'pool' ? '' : ` ${subjectId}`;
  if (kind.includes(':')) {
    return (
      <>
        <code>{kind}</code>
        {id === '' ? '' : ` (${subject ?? ''}${id})`}
      </>
    );
  }
  const words = kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return <>{`${words.charAt(0).toUpperCase()}${words.slice(1)}${id}`}</>;
}

/** What was corrected: the names of members and vehicles may be written in any direction. */
function Corrections({ values }: Pick<ChangeRowFragment, 'values'>): ReactElement | null {
  if (values.length === 0) return null;
  return (
    <ul className="corrections">
      {values.map(({ name, before, after }) => (
        <li key={name}>
          {name}: <bdi>{before ?? 'none'}</bdi> → <bdi>{after ?? 'none'}</bdi>
        </li>
      ))}
    </ul>
  );
}

function Coverage({ number, status }: { number: number; status: Status | undefined }): ReactElement | null {
  if (status === undefined) return null;
  if (number <= status.changesProvenThrough) return <span className="tag good">stored and proven</span>;
  if (number <= status.changesStoredThrough) return <span className="tag info">stored</span>;
  return <span className="tag warn">in none yet</span>;
}
