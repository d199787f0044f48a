import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BackupDesk, BackupStatus } from '../backup/desk';
import type { PoolFigures } from '../database/pool-figures';
import { retriesSoFar } from '../services/retry';
import { GraphqlMetrics } from './graphql-metrics';
import { inTime } from './in-time';

/** Well below what a scrape may take: when all connections are busy, that is what it must tell. */
const DATABASE_TIMEOUT_MS = 3_000;

export interface MetricsOptions {
  backups: BackupDesk;
  /** How the connections to the database stand. */
  connections: () => PoolFigures;
}

/** What is measured of one server, for Prometheus. */
export class Metrics {
  private readonly registry = new Registry();
  readonly graphql = new GraphqlMetrics(this.registry);

  constructor(private readonly options: MetricsOptions) {
    collectDefaultMetrics({ register: this.registry });
  }

  /** GET /metrics: Prometheus text. The figures of backups and connections are read when it is asked. */
  addRoute(app: FastifyInstance): void {
    const { registry } = this;
    this.timeRequests(app);
    this.countRetries();
    const gauges = GAUGES.map(({ name, help, value }) => ({
      gauge: new Gauge({ name, help, registers: [registry] }),
      value,
    }));
    const databaseUp = new Gauge({
      name: 'motorpool_database_up',
      help: '1 where the database answered within three seconds, else 0.',
      registers: [registry],
    });
    const connections = new Gauge({
      name: 'motorpool_database_connections',
      help: 'Connections to the database by state: busy and idle ones, requests that are waiting for one, and the limit.',
      labelNames: ['state'],
      registers: [registry],
    });
    app.get('/metrics', async (_request, reply) => {
      // Before our own question takes one.
      const figures = Object.entries(this.options.connections()) as [keyof PoolFigures, number][];
      for (const [state, count] of figures) connections.set({ state }, count);
      // While the database is away the figures are left out, never repeated from before.
      const status = await inTime(this.options.backups.status(), DATABASE_TIMEOUT_MS);
      databaseUp.set(status === null ? 0 : 1);
      for (const { gauge, value } of gauges) {
        const figure = status === null ? null : value(status);
        if (figure === null) gauge.remove();
        else gauge.set(figure);
      }
      return reply.type(registry.contentType).send(await registry.metrics());
    });
  }

  private countRetries(): void {
    new Counter({
      name: 'motorpool_database_retries_total',
      help: 'Transactions that were tried again after a conflict or a lost connection.',
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(retriesSoFar());
      },
    });
  }

  private timeRequests(app: FastifyInstance): void {
    const requests = new Histogram({
      name: 'motorpool_http_request_duration_seconds',
      help: 'How long requests took, by path and status.',
      labelNames: ['path', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [this.registry],
    });
    app.addHook('onResponse', (request, reply, done) => {
      // By the route, not by what a client typed: a label must not grow without bound.
      requests.observe(
        { path: request.routeOptions.url ?? 'unknown', status: reply.statusCode },
        reply.elapsedTime / 1000,
      );
      done();
    });
  }
}

interface BackupGauge {
  name: string;
  help: string;
  /** Null: there is nothing to tell. */
  value: (status: BackupStatus) => number | null;
}

const GAUGES: readonly BackupGauge[] = [
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
    help: 'When the newest backup was made.',
    value: ({ latest }) => (latest === null ? null : latest.createdAt.getTime() / 1000),
  },
  {
    name: 'motorpool_backup_age_seconds',
    help: 'How old the newest backup is.',
    value: ({ latest }) => (latest === null ? null : (Date.now() - latest.createdAt.getTime()) / 1000),
  },
  {
    name: 'motorpool_backup_last_size_bytes',
    help: 'The size of the newest backup.',
    value: ({ latest }) => latest?.sizeBytes ?? null,
  },
  {
    name: 'motorpool_backup_last_duration_seconds',
    help: 'How long the newest backup took.',
    value: ({ latest }) => (latest === null ? null : latest.durationMs / 1000),
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
