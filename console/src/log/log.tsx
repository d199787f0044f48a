import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { LogLevel, LogQuery } from '../api/operations';
import { useLog } from '../api/queries';
import { clockTime, count, dateTime } from '../ui/format';
import { Content, Empty } from '../ui/states';

type Entry = LogQuery['backupLog'][number];

const LEVELS: readonly { level: LogLevel; name: string }[] = [
  { level: 'DEBUG', name: 'Everything' },
  { level: 'INFO', name: 'Steps' },
  { level: 'WARN', name: 'Warnings' },
  { level: 'ERROR', name: 'Errors' },
];
const ORDER = LEVELS.map(({ level }) => level);
/** So near to the end the reader follows it. */
const END_PIXELS = 40;

export default function Log(): ReactElement {
  const log = useLog();
  const [least, setLeast] = useState<LogLevel>('INFO');
  const entries = (log.data ?? []).filter(({ level }) => ORDER.indexOf(level) >= ORDER.indexOf(least));
  return (
    <div className="page log-page">
      <div className="heading">
        <h1>Log</h1>
        <fieldset className="segments">
          <legend className="visually-hidden">Show</legend>
          {LEVELS.map(({ level, name }) => (
            <label key={level}>
              <input
                type="radio"
                name="level"
                value={level}
                checked={least === level}
                onChange={() => {
                  setLeast(level);
                }}
              />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <Content query={log} what="the log" lines={12}>
        {(all) => (
          <>
            <Lines entries={entries} isAnything={all.length > 0} />
            <p className="muted small">
              {count(entries.length)} of the last {count(all.length)} lines of the backup log, as they are written.
            </p>
          </>
        )}
      </Content>
    </div>
  );
}

function Lines({ entries, isAnything }: { entries: readonly Entry[]; isAnything: boolean }): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = place.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [entries]);
  if (entries.length === 0) {
    return <Empty>{isAnything ? 'No line of that level among the last ones.' : 'Nothing was written yet.'}</Empty>;
  }
  return (
    <div
      className="lines"
      ref={place}
      role="log"
      aria-label="Backup log"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < END_PIXELS;
      }}
    >
      <ol>
        {entries.map(({ at, level, message }, index) => (
          <li key={`${at}${index}`} className={level.toLowerCase()}>
            <time dateTime={at} title={dateTime(at)}>
              {clockTime(at)}
            </time>
            <span className="level">{level}</span>
            <span className="message">{message}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
