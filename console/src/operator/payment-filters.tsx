import type { ReactElement } from 'react';
import { useParameters } from '../ui/parameters';
import { MemberPicker } from './member-picker';
import { SearchField } from './search-field';
import { KINDS, PAYMENT_STATES } from './words';

/** Which payments are shown; kept in the address. */
export function PaymentFilters({
  chosen,
}: {
  chosen: { status: string; kind: string; member: string; text: string };
}): ReactElement {
  const { give } = useParameters();
  return (
    <div className="filters" role="group" aria-label="Which payments">
      <label>
        <span>State</span>
        <select
          value={chosen.status}
          onChange={({ target }) => {
            give({ status: target.value === '' ? 'ALL' : target.value });
          }}
        >
          {Object.entries(PAYMENT_STATES).map(([status, { word }]) => (
            <option key={status} value={status}>
              {word}
            </option>
          ))}
          <option value="">any</option>
        </select>
      </label>
      <label>
        <span>Kind</span>
        <select
          value={chosen.kind}
          onChange={({ target }) => {
            give({ kind: target.value });
          }}
        >
          <option value="">any</option>
          {Object.entries(KINDS).map(([kind, name]) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <MemberPicker
        member={chosen.member}
        onPick={(member) => {
          give({ member });
        }}
      />
      <SearchField
        label="Note or reason"
        text={chosen.text}
        onSearch={(text) => {
          give({ text });
        }}
      />
    </div>
  );
}
