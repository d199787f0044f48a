/**
 * What takes more than half of the time of all tests, as patterns of files: what is random, what kills, what counts
 * loads, what walks through whole documents, and what starts and stops whole programs again and again. `npm test` leaves it
 * to `npm run test:long`; CI runs both.
 */
module.exports = [
  '/test/(bench|crash|fuzz|overload)/',
  '/test/api/bursts',
  '/test/backup/(copy-kills|copy-storage|faults|kills|prove-owner-schemas|webhook)',
  '/test/console/(operator|outage|pages|screenshot)',
  '/test/docs/(readme|commands)',
  '/test/http/hanging-database',
  '/test/ledger/(cut-connections|histories|outages|storm)',
  '/test/process/(commands|copies|demo|drill|green|no-root|packed|ready|several-servers|stop)',
  '/test/restore/(cases|commands|every-operation|histories|kills|runbook|status)',
  '/test/scripts/run',
];
