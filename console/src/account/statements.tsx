import { type ReactElement, useState } from 'react';
import { flushSync } from 'react-dom';
import { FileButtons } from '../ui/file-buttons';
import { Icon } from '../ui/icons';
import { Content } from '../ui/states';
import { type Period, timesOf, usualPeriods } from './periods';
import { type Me, type Times, useStatement, useStatementLines } from './queries';
import { StatementLines, StatementView } from './statement-view';

const OWN = 'Other days';

/** Statements of a time that somebody chooses: on the page, printed, and as files. */
export function Statements({ me, currency }: { me: Me; currency: string }): ReactElement {
  const [periods] = useState(() => usualPeriods(new Date()));
  const [period, setPeriod] = useState<Period>(() => periods[0] ?? { from: '', to: '' });
  const usual = periods.find(({ from, to }) => from === period.from && to === period.to)?.name ?? OWN;
  const times = timesOf(period);
  return (
    <>
      <div className="filters" role="group" aria-label="Time of the statement">
        <label>
          <span>Statement of</span>
          <select
            value={usual}
            onChange={({ target }) => {
              const { from, to } = periods.find(({ name }) => name === target.value) ?? period;
              setPeriod({ from, to });
            }}
          >
            {periods.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
            {usual === OWN && <option>{OWN}</option>}
          </select>
        </label>
        {(['from', 'to'] as const).map((end) => (
          <label key={end}>
            <span>{end === 'from' ? 'From' : 'Until'}</span>
            <input
              type="date"
              value={period[end]}
              onChange={({ target }) => {
                setPeriod({ ...period, [end]: target.value });
              }}
            />
          </label>
        ))}
      </div>
      {times === null ? (
        <p className="notice warn" role="status">
          Choose a first day and a last day that is not before it.
        </p>
      ) : (
        <Statement me={me} currency={currency} times={times} />
      )}
    </>
  );
}

interface StatementProps {
  me: Me;
  currency: string;
  times: Times;
}

function Statement({ me, currency, times }: StatementProps): ReactElement {
  const statement = useStatement(me, times);
  const [shown, setShown] = useState(false);
  const [printing, setPrinting] = useState(false);
  const lines = useStatementLines(me, times, shown);
  const print = async (): Promise<void> => {
    setShown(true);
    // The bookings have to be in the document first; where they cannot be had, the page says why.
    const { isSuccess } = await lines.refetch();
    if (!isSuccess) return;
    const printed = (): void => {
      setPrinting(false);
    };
    window.addEventListener('afterprint', printed, { once: true });
    flushSync(() => {
      setPrinting(true);
    });
    window.print();
  };
  const link = (extension: string): string =>
    `/exports/users/${me.id}/statement.${extension}?${new URLSearchParams({ ...times }).toString()}`;
  return (
    <div className={printing ? 'statement printing' : 'statement'}>
      <Content query={statement} what="the statement" lines={5}>
        {(data) => <StatementView me={me} currency={currency} statement={data} />}
      </Content>
      {shown && (
        <Content query={lines} what="the bookings of the statement" lines={4}>
          {(data) => <StatementLines lines={data} />}
        </Content>
      )}
      <div className="statement-actions">
        <button
          type="button"
          className="button"
          aria-expanded={shown}
          onClick={() => {
            setShown(!shown);
          }}
        >
          {shown ? 'Hide its bookings' : 'Show its bookings'}
        </button>
        <button type="button" className="button" onClick={() => void print()}>
          <Icon name="print" />
          Print
        </button>
        <FileButtons
          files={[
            { name: 'CSV', path: link('csv') },
            { name: 'Page', path: link('html') },
          ]}
        />
      </div>
    </div>
  );
}
