/**
 * What takes more than half of the time of all tests, as patterns of files: what is random, what kills, what counts
 * loads, and what walks through whole documents. `npm test` leaves it to `npm run test:long`; CI runs both.
 */
module.exports = [
  '/test/(bench|crash|fuzz|overload)/',
  '/test/api/bursts',
  '/test/backup/(kills|copy-kills|prove-owner-schemas)',
  '/test/docs/(readme|commands)',
  '/test/ledger/(cut-connections|histories|outages|storm)',
  '/test/process/demo',
  '/test/restore/(every-operation|kills|runbook)',
];
