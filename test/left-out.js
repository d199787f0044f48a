const EMBEDDED = 'of the embedded MariaDB itself';
const NO_DATABASE = 'asks no database';

/** What stays out of the tests on a database server other than the embedded one: all the rest runs there too. */
const LEFT_OUT = [
  { file: 'test/database/embedded', reason: EMBEDDED },
  { file: 'test/database/file-lock', reason: EMBEDDED },
  { file: 'test/process/(start|stop|demo|commands)', reason: EMBEDDED },
  { file: 'test/docs/readme', reason: `${EMBEDDED}, as a newcomer has it` },
  { file: 'test/restore/full-disk', reason: `${EMBEDDED}, on a small disk` },
  { file: 'test/restore/runbook', reason: `${EMBEDDED}, as the runbook has it` },
  { file: 'test/scripts/', reason: NO_DATABASE },
  { file: 'test/(values|scalars)/', reason: NO_DATABASE },
  { file: 'test/console/', reason: 'of pages in a browser, whatever the database' },
];

const NEEDS_PROGRAMS = 'starts servers of its own, and here there is one that is given';
const GIVEN = [
  { file: 'test/api/statements', reason: NEEDS_PROGRAMS },
  { file: 'test/http/failures', reason: NEEDS_PROGRAMS },
  { file: 'test/backup/secrets', reason: NEEDS_PROGRAMS },
];

/** The test files, as patterns, that say nothing about that engine, with the reason. */
module.exports = (engine) => (engine === 'given' ? [...LEFT_OUT, ...GIVEN] : LEFT_OUT);
