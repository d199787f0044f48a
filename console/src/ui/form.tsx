import { type ReactElement, type ReactNode, useEffect, useId, useRef } from 'react';
import { Problem } from '../api/problem';
import { money } from './format';
import { parseMoney } from './money';

/*
 * How a form is built: what was typed is kept in the state of its component, and only an answer that it was done clears
 * it. A refusal stands beside the field that it names, everything else above the button.
 */

interface Wiring {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** What is wrong with what was typed, in a sentence; null where nothing is. */
  problem: string | null;
  /** The control, which takes these attributes. */
  children: (wiring: Wiring) => ReactNode;
}

/** A control with its name, a hint, and what is wrong with what it holds, which also gets the focus. */
export function Field({ label, hint, problem, children }: FieldProps): ReactElement {
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problem !== null) place.current?.querySelector<HTMLElement>('input, select, textarea')?.focus();
  }, [problem]);
  const describedBy = [...(hint == null ? [] : [`${id}-hint`]), ...(problem === null ? [] : [`${id}-problem`])];
  return (
    <div className="field" ref={place}>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        'aria-describedby': describedBy.length === 0 ? undefined : describedBy.join(' '),
        'aria-invalid': problem === null ? undefined : true,
      })}
      {hint != null && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem !== null && (
        <p className="field-problem" role="alert" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

interface MoneyFieldProps {
  label: string;
  /** As it was typed. */
  value: string;
  onChange: (typed: string) => void;
  currency: string;
  problem: string | null;
  /** Shown while nothing is typed. */
  hint?: ReactNode;
  readOnly?: boolean;
}

/** An amount as people type it; says beneath how it is understood. */
export function MoneyField({
  label,
  value,
  onChange,
  currency,
  problem,
  hint,
  readOnly = false,
}: MoneyFieldProps): ReactElement {
  const { amount } = parseMoney(value);
  return (
    <Field label={label} problem={problem} hint={amount === null ? hint : `${money(amount)} ${currency}`}>
      {(wiring) => (
        <input
          {...wiring}
          type="text"
          inputMode="decimal"
          autoComplete="off"
          maxLength={40}
          value={value}
          readOnly={readOnly}
          onChange={({ target }) => {
            onChange(target.value);
          }}
        />
      )}
    </Field>
  );
}

/** True where a refusal is about that field: by its name, or by a code that can be about nothing else. */
export function isAbout(problem: Problem | null, field: string, codes: readonly string[] = []): boolean {
  if (problem?.kind !== 'refused') return false;
  return problem.field === field || (problem.code !== null && codes.includes(problem.code));
}

interface FormProblemProps {
  problem: Problem | null;
  /** Gives up to know whether it was done; undefined where that cannot be. */
  onLeave?: (() => void) | undefined;
}

/** What went wrong and stands by no field; also that it is not known whether it was done. */
export function FormProblem({ problem, onLeave }: FormProblemProps): ReactElement | null {
  if (problem === null) return null;
  if (problem.kind === 'unknown') {
    return (
      <div className="notice warn form" role="alert">
        <p>
          <strong>{problem.message}</strong> Send it again as it stands: it is done once, however often it is sent.
        </p>
        {onLeave !== undefined && (
          <div>
            <button type="button" className="button" onClick={onLeave}>
              Leave it
            </button>
          </div>
        )}
      </div>
    );
  }
  return (
    <p className="notice danger" role="alert">
      {problem.message}
      {problem.kind !== 'refused' && ' Nothing was changed: what you typed is still here, so try again.'}
    </p>
  );
}
