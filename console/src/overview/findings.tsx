import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { ask } from '../api/client';
import { AcknowledgeDocument } from '../api/operations';
import type { Status } from '../api/queries';
import { Ago } from '../ui/time';

/** What the newest proof found wrong in the ledger, what is known of it, and what the proofs leave unproven. */
export function Findings({
  status: { findings, acknowledgedFindings, proofNote },
}: {
  status: Status;
}): ReactElement | null {
  if (findings.length === 0 && acknowledgedFindings.length === 0 && proofNote === null) return null;
  return (
    <div className="findings">
      {findings.map((finding) => (
        <OpenFinding key={finding.id} {...finding} />
      ))}
      {acknowledgedFindings.map(({ id, finding, reason, actor, at }) => (
        <p key={id}>
          Acknowledged by {actor} <Ago at={at} />: {finding} ({reason})
        </p>
      ))}
      {proofNote !== null && <p className="note">{proofNote}</p>}
    </div>
  );
}

function OpenFinding({ id, finding }: { id: string; finding: string }): ReactElement {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => ask(AcknowledgeDocument, { id, reason }),
    onSettled: () => client.invalidateQueries({ queryKey: ['status'] }),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        mutate();
      }}
    >
      <p>{finding}</p>
      <label>
        It is meant, because{' '}
        <input
          value={reason}
          required
          maxLength={500}
          onChange={(event) => {
            setReason(event.target.value);
          }}
        />
      </label>{' '}
      <button type="submit" className="button quiet" aria-disabled={isPending}>
        Acknowledge
      </button>
      {error !== null && (
        <p className="notice danger" role="alert">
          {error.message}
        </p>
      )}
    </form>
  );
}
