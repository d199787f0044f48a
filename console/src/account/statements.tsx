import { type ReactElement, useState } from 'react';
import { flushSync } from 'react-dom';
import { FileButtons } from '../ui/file-buttons';
import { Icon } from '../ui/icons';
import { Content } from '../ui/states';
import { type Period, timesOf, usualPeriods } from './periods';
import { type Me, useStatement } from './queries';
import { StatementView } from './statement-view';

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
  times: { from: string; to: string };
}

function Statement({ me, currency, times }: StatementProps): ReactElement {
  const statement = useStatement(me, times);
  const [shown, setShown] = useState(false);
  const [printing, setPrinting] = useState(false);
  const print = (): void => {
    window.addEventListener(
      'afterprint',
      () => {
        setPrinting(false);
      },
      { once: true },
    );
    // The bookings have to be in the document first.
    flushSync(() => {
      setPrinting(true);
    });
    window.print();
  };
  const link = (extension: string): string =>
    `/exports/users/${me.id}/statement.${extension}?${new URLSearchParams(times).toString()}`;
  return (
    <Content query={statement} what="the statement" lines={5}>
      {(data) => (
        <div className={printing ? 'statement printing' : 'statement'}>
          <StatementView me={me} currency={currency} statement={data} areLinesShown={shown || printing} />
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
            <button type="button" className="button" onClick={print}>
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
      )}
    </Content>
  );
}
