const EMBEDDED = 'of the embedded MariaDB itself';
const PROGRAMS = 'starts servers of its own, and here there is none but the one to be tested';
const BINARY_LOG = 'needs the binary log, in the format ROW, and it is off';

const WITHOUT_DATABASE = [
  { file: 'test/scripts/', reason: 'asks no database' },
  { file: 'test/(values|scalars|resolvers)/', reason: 'asks no database' },
  { file: 'test/(docs/(architecture|documents)|tidy)', reason: 'asks no database' },
  { file: 'test/console/', reason: 'of pages in a browser, whatever the database' },
  { file: 'test/bench/', reason: 'brings its own database' },
];
/** CI has 90 minutes for everything. */
const BEFORE_THE_DATABASE = [
  { file: 'test/(http|overload|fuzz|deploy|examples|older-clients)/', reason: 'of the door, whatever the database' },
  {
    file: 'test/api/(access|bursts|error-codes|error-fields|four-eyes|refused|revoked-now|sign-in)',
    reason: 'of the door, whatever the database',
  },
  {
    file: 'test/backup/(copy|webhook|log|scrub|secrets|filename|publish|manifest|durability|disk)',
    reason: 'of files and addresses, whatever the database',
  },
  { file: 'test/(config|storage-check|docs/(api|npm-audit))', reason: 'asks no database' },
  {
    file: 'test/process/(child-fate|first-backup|green|log|npm-start|ready|secrets|spare-worker)',
    reason: 'of processes, whatever the database',
  },
];
const ELSEWHERE = [
  { file: 'test/database/(embedded|file-lock)', reason: EMBEDDED },
  { file: 'test/process/(start|stop|demo|commands|copies|packed)', reason: EMBEDDED },
  { file: 'test/ledger/outages', reason: EMBEDDED },
  { file: 'test/backup/dump-paths', reason: 'of what mariadb-dump prints' },
  { file: 'test/docs/(readme|commands)', reason: `${EMBEDDED}, as a newcomer has it` },
  { file: 'test/restore/(runbook|formats)', reason: `${EMBEDDED}, as the runbook has it` },
  { file: 'test/restore/full-disk', reason: `${EMBEDDED}, on a small disk` },
];
const NO_OTHER = [
  { file: 'test/api/statements', reason: PROGRAMS },
  { file: 'test/http/(failures|hanging-database)', reason: PROGRAMS },
  { file: 'test/backup/secrets', reason: PROGRAMS },
  { file: 'test/restore/families', reason: PROGRAMS },
  { file: 'test/crash/', reason: PROGRAMS },
];
const TO_ANY_OPERATION = [
  { file: 'test/restore/(every-operation|swap|kills|commands|status|restarts)', reason: BINARY_LOG },
  { file: 'test/docs/databases', reason: BINARY_LOG },
];
const CLUSTER = [
  {
    file: 'test/restore/swap',
    test: 'a transaction that is in the way holds up the swap, and nobody else',
    reason: 'a change of tables ends what is in its way at every node, as test/galera/failover holds',
  },
];
const OTHER_FAMILY = [{ file: 'test/restore/families', reason: 'needs MySQL too' }];

/**
 * What stays out of the tests on an engine of npm run test:engines, as patterns of files, or as one test of a file by its
 * name, with the reason. All the rest runs there too.
 */
module.exports = (engine) => {
  if (engine === 'mariadb-11') return [...WITHOUT_DATABASE, ...OTHER_FAMILY];
  if (engine === 'galera') return [...WITHOUT_DATABASE, ...ELSEWHERE, ...NO_OTHER, ...CLUSTER];
  if (engine === 'given') return [...WITHOUT_DATABASE, ...ELSEWHERE, ...NO_OTHER];
  if (engine === 'given-without-log') return [...WITHOUT_DATABASE, ...ELSEWHERE, ...NO_OTHER, ...TO_ANY_OPERATION];
  return [...WITHOUT_DATABASE, ...BEFORE_THE_DATABASE, ...ELSEWHERE];
};
