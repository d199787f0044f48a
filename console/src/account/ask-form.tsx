import { type ReactElement, type SyntheticEvent, useState } from 'react';
import { type PaymentKind, RequestPaymentDocument } from '../api/pool-operations';
import { useWrite } from '../api/pool-queries';
import { useDraft } from '../ui/draft';
import { Field, FormProblem, isAbout, MoneyField } from '../ui/form';
import { money } from '../ui/format';
import { parseMoney } from '../ui/money';

type Kind = Extract<PaymentKind, 'DEPOSIT' | 'WITHDRAWAL'>;

const KINDS: readonly { kind: Kind; name: string; does: string }[] = [
  { kind: 'DEPOSIT', name: 'Deposit', does: 'Ask for a deposit' },
  { kind: 'WITHDRAWAL', name: 'Withdrawal', does: 'Ask for a withdrawal' },
];
const BALANCE_CODES = ['INSUFFICIENT_BALANCE', 'INSUFFICIENT_FUNDS'];
const MOST_OF_NOTE = 500;

/** Asks for a deposit or a withdrawal. What was typed stays until it is known to be asked for. */
export function AskForm({ balance, currency }: { balance: string; currency: string }): ReactElement {
  const [ownKind, setKind] = useDraft<Kind>('ask.kind', 'DEPOSIT');
  const [ownTyped, setTyped] = useDraft('ask.amount', '');
  const [ownNote, setNote] = useDraft('ask.note', '');
  const [wrong, setWrong] = useState<string | null>(null);
  const ask = useWrite(RequestPaymentDocument, 'requestPayment', () => {
    setTyped('');
    setNote('');
  });
  const sent = ask.sent?.input;
  const kind = sent?.kind ?? ownKind;
  const typed = sent === undefined ? ownTyped : money(sent.amount);
  const note = sent === undefined ? ownNote : (sent.note ?? '');
  // What is shown is what was sent, until that is answered or left.
  const isLocked = sent !== undefined;
  const problem = ask.error;
  const isAmount = isAbout(problem, 'amount', BALANCE_CODES);
  const isNote = isAbout(problem, 'note');

  const change = (set: () => void): void => {
    setWrong(null);
    // What was refused says nothing about another amount.
    ask.reset();
    set();
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (ask.isPending) return;
    // What may have been done is sent again as it was.
    if (ask.sent !== null) {
      ask.mutate(ask.sent);
      return;
    }
    const { amount, problem: typo } = parseMoney(typed);
    setWrong(typo);
    if (amount === null) return;
    const input = { kind, amount, ...(note.trim() === '' ? {} : { note: note.trim() }) };
    ask.mutate({ input });
  };
  const asked = ask.data?.requestPayment;
  return (
    <form className="form" onSubmit={submit} noValidate aria-label="Ask for a payment">
      <div className="segments" role="radiogroup" aria-label="What to ask for">
        {KINDS.map(({ kind: each, name }) => (
          <label key={each}>
            <input
              type="radio"
              name="kind"
              checked={kind === each}
              disabled={isLocked && kind !== each}
              onChange={() => {
                change(() => {
                  setKind(each);
                });
              }}
            />
            <span>{name}</span>
          </label>
        ))}
      </div>
      <MoneyField
        label="Amount"
        value={typed}
        readOnly={isLocked}
        currency={currency}
        hint={kind === 'WITHDRAWAL' ? `Up to ${money(balance)} ${currency}` : `In ${currency}`}
        problem={wrong ?? (isAmount ? (problem?.message ?? null) : null)}
        onChange={(text) => {
          change(() => {
            setTyped(text);
          });
        }}
      />
      <Field label="Note (may be left out)" problem={isNote ? (problem?.message ?? null) : null}>
        {(wiring) => (
          <textarea
            {...wiring}
            rows={2}
            maxLength={MOST_OF_NOTE}
            value={note}
            readOnly={isLocked}
            onChange={({ target }) => {
              change(() => {
                setNote(target.value);
              });
            }}
          />
        )}
      </Field>
      <FormProblem problem={isAmount || isNote ? null : problem} onLeave={ask.leave} />
      <button type="submit" className="button primary" aria-disabled={ask.isPending}>
        {ask.isPending ? 'Asking …' : KINDS.find((each) => each.kind === kind)?.does}
      </button>
      <p role="status" className={asked === undefined ? 'visually-hidden' : 'notice good'}>
        {asked !== undefined &&
          `You asked for a ${asked.kind === 'DEPOSIT' ? 'deposit' : 'withdrawal'} of ${money(positive(asked.amount))} ${currency}. It waits for an operator.`}
      </p>
    </form>
  );
}

const positive = (amount: string): string => amount.replace('-', '');
