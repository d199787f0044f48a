import { type ReactElement, type SyntheticEvent, useState } from 'react';
import { Field, FormProblem, isAbout } from '../ui/form';
import { isOpen, type Write } from './write';

interface Reasoned {
  reason?: string | null | undefined;
}

/** A reason, and a button that does it. */
export function ReasonForm({
  what,
  label,
  button,
  doing,
  write,
  onSend,
}: {
  what: string;
  label: string;
  button: string;
  doing: string;
  write: Pick<Write<Reasoned | { input: Reasoned }>, 'isPending' | 'error' | 'sent' | 'leave'>;
  /** Sends it, unless it is being sent. */
  onSend: (reason: string | null) => void;
}): ReactElement {
  const [typed, setReason] = useState('');
  const { isPending, error, sent, leave } = write;
  const reason = sent === null ? typed : (('input' in sent ? sent.input : sent).reason ?? '');
  const isReason = isAbout(error, 'reason');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    onSend(reason.trim() === '' ? null : reason);
  };
  return (
    <form className="card form" onSubmit={submit} noValidate>
      <p>{what}</p>
      <Field label={label} problem={isReason ? (error?.message ?? null) : null}>
        {(wiring) => (
          <textarea
            {...wiring}
            value={reason}
            maxLength={500}
            rows={2}
            // What was sent has to be sent again as it was.
            readOnly={isOpen(write)}
            onChange={({ target }) => {
              setReason(target.value);
            }}
          />
        )}
      </Field>
      {!isReason && <FormProblem problem={error} onLeave={leave} />}
      <div>
        <button type="submit" className="button danger" aria-disabled={isPending}>
          {isPending ? doing : button}
        </button>
      </div>
    </form>
  );
}
