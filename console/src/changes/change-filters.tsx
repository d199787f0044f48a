import type { ReactElement } from 'react';
import { type Chosen, EVERYTHING } from './filter';

const SUBJECTS: readonly { subject: string; name: string }[] = [
  { subject: '', name: 'Everything' },
  { subject: 'user', name: 'Accounts' },
  { subject: 'payment', name: 'Payments' },
  { subject: 'vehicle', name: 'Vehicles' },
  { subject: 'pool', name: 'The pool' },
  { subject: 'finding', name: 'Findings' },
];

/** Which changes are shown. */
export function ChangeFilters({
  chosen,
  onChoose,
}: {
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
}): ReactElement {
  const choose = (part: Partial<Chosen>): void => {
    const next = { ...chosen, ...part };
    const isEverything = Object.values(next).every((value) => value === '');
    onChoose(isEverything ? EVERYTHING : next);
  };
  return (
    <div className="filters" role="group" aria-label="Which changes">
      <label>
        <span>Changes of</span>
        <select
          value={chosen.subject}
          onChange={({ target }) => {
            choose({ subject: target.value });
          }}
        >
          {SUBJECTS.map(({ subject, name }) => (
            <option key={subject} value={subject}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {(['from', 'to'] as const).map((end) => (
        <label key={end}>
          <span>{end === 'from' ? 'From' : 'Until'}</span>
          <input
            type="date"
            value={chosen[end]}
            onChange={({ target }) => {
              choose({ [end]: target.value });
            }}
          />
        </label>
      ))}
    </div>
  );
}
