import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BackupDesk, BackupStatus } from '../backup/desk';
import { retriesSoFar } from '../services/retry';

/** GET /metrics: Prometheus text. The figures of the backups are read when it is asked. */
export function addMetricsRoute(app: FastifyInstance, backups: BackupDesk): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'motorpool_http_request_duration_seconds',
    help: 'How long requests took, by path and status.',
    labelNames: ['path', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  app.addHook('onResponse', (request, reply, done) => {
    // By the route, not by what a client typed: a label must not grow without bound.
    requests.observe(
      { path: request.routeOptions.url ?? 'unknown', status: reply.statusCode },
      reply.elapsedTime / 1000,
    );
    done();
  });
  new Counter({
    name: 'motorpool_database_retries_total',
    help: 'Transactions that were tried again after a conflict or a lost connection.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(retriesSoFar());
    },
  });
  const gauges = GAUGES.map(({ name, help, value }) => ({
    gauge: new Gauge({ name, help, registers: [registry] }),
    value,
  }));
  const databaseUp = new Gauge({
    name: 'motorpool_database_up',
    help: '1 where the database answered, else 0.',
    registers: [registry],
  });
  app.get('/metrics', async (_request, reply) => {
    // While the database is away the figures are left out, never repeated from before.
    const status = await backups.status().catch(() => null);
    databaseUp.set(status === null ? 0 : 1);
    for (const { gauge, value } of gauges) {
      if (status === null) gauge.reset();
      else gauge.set(value(status));
    }
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

const GAUGES: readonly { name: string; help: string; value: (status: BackupStatus) => number }[] = [
  {
    name: 'motorpool_operations_committed',
    help: 'The number of the newest committed operation.',
    value: ({ lastOperation }) => lastOperation,
  },
  {
    name: 'motorpool_operations_pending_backup',
    help: 'Committed operations that no backup contains yet.',
    value: ({ pendingOperations }) => pendingOperations,
  },
  {
    name: 'motorpool_backup_healthy',
    help: '1 where no operation waits and neither the last backup nor the last copy failed, else 0.',
    value: ({ healthy }) => Number(healthy),
  },
  {
    name: 'motorpool_backup_running',
    help: '1 while a backup runs, else 0.',
    value: ({ running }) => Number(running),
  },
  { name: 'motorpool_backups', help: 'Complete backups that are kept.', value: ({ count }) => count },
  { name: 'motorpool_backup_bytes', help: 'The size of all kept backups.', value: ({ totalBytes }) => totalBytes },
  {
    name: 'motorpool_backup_last_success_timestamp_seconds',
    help: 'When the newest backup was made; 0 where there is none.',
    value: ({ latest }) => (latest?.createdAt.getTime() ?? 0) / 1000,
  },
  {
    name: 'motorpool_backup_last_size_bytes',
    help: 'The size of the newest backup.',
    value: ({ latest }) => latest?.sizeBytes ?? 0,
  },
  {
    name: 'motorpool_backup_last_duration_seconds',
    help: 'How long the newest backup took.',
    value: ({ latest }) => (latest?.durationMs ?? 0) / 1000,
  },
  {
    name: 'motorpool_backup_failures_in_a_row',
    help: 'Tries of this server that failed since the last success.',
    value: ({ failures }) => failures,
  },
  {
    name: 'motorpool_backup_copy_failures_in_a_row',
    help: 'Tries of this server to copy the backups to BACKUP_COPY_TO that failed since the last success.',
    value: ({ copyFailures }) => copyFailures,
  },
];
