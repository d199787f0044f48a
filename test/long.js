/**
 * What takes more than half of the time of all tests, as patterns of files: what is random, what kills, what counts
 * loads, what walks through whole documents, and what starts and stops whole programs again and again. `npm test` leaves it
 * to `npm run test:long`; CI runs both.
 */
module.exports = [
  '/test/(bench|crash|fuzz|overload)/',
  '/test/api/bursts',
  '/test/backup/(kills|copy-kills|faults|prove-owner-schemas)',
  '/test/console/(outage|screenshot)',
  '/test/docs/(readme|commands)',
  '/test/http/hanging-database',
  '/test/ledger/(cut-connections|histories|outages|storm)',
  '/test/process/(commands|copies|demo|drill|green|no-root|packed|several-servers|stop)',
  '/test/restore/(cases|commands|every-operation|histories|kills|runbook|status)',
];
