// From measured points to a large pool: straight lines, and what they come to.
import { table } from './report.mjs';

/** The pool that growth.md plans for. */
const ROWS = 10_000_000;
const OPERATIONS_AN_HOUR = 100;
const MEMBERS = [1_000, 10_000];
const KEPT_BACKUPS = 10;
const HOURS_A_YEAR = 365 * 24;
const SECONDS_BETWEEN = 3_600 / OPERATIONS_AN_HOUR;

const ms = (number) => `${number.toFixed(1)} ms`;
const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const gib = (bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const seconds = (number) => `${number.toFixed(number < 10 ? 2 : 0)} s`;

/** Least squares: what there is at nothing, and what each unit adds. */
function line(points, x, y) {
  const mean = (of) => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const slope =
    points.reduce((sum, point) => sum + (point[x] - meanX) * (point[y] - meanY), 0) /
    points.reduce((sum, point) => sum + (point[x] - meanX) ** 2, 0);
  return { fixed: meanY - slope * meanX, slope, at: (value) => meanY + slope * (value - meanX) };
}

const lines = (points) => ({
  confirmMs: line(points, 'members', 'confirmMs'),
  logBytes: line(points, 'members', 'logBytes'),
  tableBytes: line(points, 'rows', 'tableBytes'),
  fileBytes: line(points, 'rows', 'fileBytes'),
  checksum: line(points, 'rows', 'checksumSeconds'),
  restore: line(points, 'rows', 'restoreSeconds'),
});

/** The points as a table, and the slope of each cost. */
export function measuredByMembers(points) {
  const { confirmMs, logBytes, tableBytes, fileBytes, checksum, restore } = lines(points);
  const rows = points.map((point) => [
    point.members,
    point.rows,
    ms(point.confirmMs),
    mib(point.logBytes),
    mib(point.tableBytes),
    mib(point.fileBytes),
    seconds(point.checksumSeconds),
    seconds(point.restoreSeconds),
  ]);
  const header = ['members', 'rows', 'confirmation', 'its binary log', 'tables', 'file', 'backup, checksum'];
  return `${table([...header, 'backup, trial restore'], rows)}

${table(
  ['cost', 'grows by'],
  [
    ['a confirmation', `${(confirmMs.slope * 1_000).toFixed(2)} ms a thousand members`],
    ['the binary log of a confirmation', `${logBytes.slope.toFixed(0)} bytes a member`],
    ['the tables with their indexes', `${tableBytes.slope.toFixed(0)} bytes a row`],
    ['a backup file', `${fileBytes.slope.toFixed(0)} bytes a row`],
    ['a backup, checked by checksum', `${(checksum.slope * 1e6).toFixed(2)} s a million rows`],
    ['a backup, proven by a trial restore', `${(restore.slope * 1e6).toFixed(2)} s a million rows`],
  ],
)}`;
}

const linesByOperations = (points) =>
  Object.fromEntries(
    Object.keys(points[0])
      .filter((cost) => cost !== 'operations')
      .map((cost) => [cost, line(points, 'operations', cost)]),
  );

/** The same of the pool that does nothing but buy, each purchase with its vehicle. */
export function measuredByOperations(points) {
  const by = linesByOperations(points);
  const rows = points.map((point) => [
    point.operations,
    ms(point.confirmMs),
    ms(point.statusMs),
    ms(point.pageMs),
    mib(point.tableBytes),
    mib(point.fileBytes),
    seconds(point.checksumSeconds),
    seconds(point.restoreSeconds),
    seconds(point.checkSeconds),
  ]);
  const header = ['operations', 'confirmation', 'status', 'newest 20', 'tables', 'file', 'backup, checksum'];
  const millisecond = ({ slope }) => `${(slope * 1e6).toFixed(1)} ms a million operations`;
  const second = ({ slope }) => `${(slope * 1e6).toFixed(2)} s a million operations`;
  const byte = ({ slope }) => `${slope.toFixed(0)} bytes an operation`;
  return `${table([...header, 'backup, trial restore', 'ledger check'], rows)}

${table(
  ['cost', 'grows by'],
  [
    ['a confirmation', millisecond(by.confirmMs)],
    ['the state of backups', millisecond(by.statusMs)],
    ['the newest 20 operations with their backups', millisecond(by.pageMs)],
    ['the tables with their indexes', byte(by.tableBytes)],
    ['a backup file', byte(by.fileBytes)],
    ['a backup, checked by checksum', second(by.checksumSeconds)],
    ['a backup, proven by a trial restore', second(by.restoreSeconds)],
    ['the ledger check of it', second(by.checkSeconds)],
  ],
)}`;
}

/** What the lines come to in the pool that growth.md plans for. */
export function forecast(points, pointsByOperations) {
  const { confirmMs, logBytes, tableBytes, fileBytes, checksum, restore } = lines(points);
  const byOperations = linesByOperations(pointsByOperations);
  const aYear = ({ slope }) => slope * OPERATIONS_AN_HOUR * HOURS_A_YEAR;
  const file = fileBytes.at(ROWS);
  const busy = (took) =>
    `${seconds(took)}, ${((100 * took) / SECONDS_BETWEEN).toFixed(0)} % of the time between operations`;
  const full = ({ fixed, slope }) => `${((SECONDS_BETWEEN - fixed) / slope / 1e6).toFixed(1)} million rows`;
  const perMembers = MEMBERS.flatMap((members) => {
    const log = logBytes.at(members);
    const name = `${members.toLocaleString('en')} members`;
    return [
      [`a confirmation, ${name}`, `${confirmMs.at(members).toFixed(0)} ms`],
      [`its binary log, ${name}`, `${mib(log)}, ${mib(log * OPERATIONS_AN_HOUR)} an hour`],
      [`hours from nothing to 10 million rows, ${name}`, (ROWS / members / OPERATIONS_AN_HOUR).toFixed(0)],
    ];
  });
  return table(
    ['at 10 million rows and 100 operations an hour', ''],
    [
      ['the tables with their indexes', gib(tableBytes.at(ROWS))],
      ['a backup file', gib(file)],
      [`the ${KEPT_BACKUPS} that are kept`, gib(KEPT_BACKUPS * file)],
      ['files written in an hour, one an operation', gib(OPERATIONS_AN_HOUR * file)],
      ['a backup, checked by checksum', busy(checksum.at(ROWS))],
      ['a backup, proven by a trial restore', busy(restore.at(ROWS))],
      ['the checksum alone takes all the time between operations from', full(checksum)],
      ['the trial restore takes all the time between operations from', full(restore)],
      ...perMembers,
      ['operations in a year', (OPERATIONS_AN_HOUR * HOURS_A_YEAR).toLocaleString('en')],
      ['what these alone add to a backup file', mib(aYear(byOperations.fileBytes))],
      ['to a backup, checked by checksum', seconds(aYear(byOperations.checksumSeconds))],
      ['to a backup, proven by a trial restore', seconds(aYear(byOperations.restoreSeconds))],
    ],
  );
}
