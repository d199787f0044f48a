import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BackupService, BackupStatus } from '../backup/status/backup-service';
import type { ConnectionFigures } from '../database/connection/connection-figures';
import { retriesSoFar } from '../services/retry';
import { GraphqlMetrics } from './graphql/graphql-metrics';
import { inTime } from './in-time';

/** Well below the timeout of a scrape: while all connections are busy, the scrape must still succeed and say so. */
const DATABASE_TIMEOUT_MS = 3_000;

interface MetricsOptions {
  backups: BackupService;
  /** Why no change could be made and backed up; null where it could. */
  whyNotWritable: () => Promise<string | null>;
  /** The state of the connections to the database. */
  connections: () => ConnectionFigures;
}

/** The metrics of one server, for Prometheus. */
export class Metrics {
  private readonly registry = new Registry();
  readonly graphql = new GraphqlMetrics(this.registry);

  constructor(private readonly options: MetricsOptions) {
    collectDefaultMetrics({ register: this.registry });
  }

  /** GET /metrics: Prometheus text. Figures of backups and connections are read at each scrape. */
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
    const writable = new Gauge({
      name: 'motorpool_writable',
      help: '1 where a change can be made and backed up, else 0; /readyz says why not.',
      registers: [registry],
    });
    const connections = new Gauge({
      name: 'motorpool_database_connections',
      help: 'Connections to the database by state: busy and idle ones, requests that are waiting for one, and the limit.',
      labelNames: ['state'],
      registers: [registry],
    });
    app.get('/metrics', async (_request, reply) => {
      // First, because our own query below takes a connection.
      const figures = Object.entries(this.options.connections()) as [keyof ConnectionFigures, number][];
      for (const [state, count] of figures) connections.set({ state }, count);
      // While the database is away its figures are left out: an old value would look current.
      const [status, isWritable] = await Promise.all([
        inTime(this.options.backups.status(), DATABASE_TIMEOUT_MS),
        inTime(this.isWritable(), DATABASE_TIMEOUT_MS),
      ]);
      writable.set(Number(isWritable ?? false));
      databaseUp.set(status === null ? 0 : 1);
      for (const { gauge, value } of gauges) {
        const figure = status === null ? null : value(status);
        if (figure === null) gauge.remove();
        else gauge.set(figure);
      }
      return reply.type(registry.contentType).send(await registry.metrics());
    });
  }

  private async isWritable(): Promise<boolean> {
    return (await this.options.whyNotWritable()) === null;
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
      // The route, not the client's path: labels would grow without bound.
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
  /** Null: no figure; the gauge is left out. */
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
    name: 'motorpool_operations_stored',
    help: 'The number of the newest operation that is stored: in a complete backup.',
    value: ({ coveredThrough }) => coveredThrough,
  },
  {
    name: 'motorpool_operations_proven',
    help: 'The number of the newest operation that a PROVEN backup contains.',
    value: ({ provenThrough }) => provenThrough,
  },
  {
    name: 'motorpool_operations_pending_proof',
    help: 'Committed operations that no judged backup (PROVEN or UNSOUND) contains; absent where no proofs are made.',
    value: ({ lastOperation, judgedThrough, verify }) => (verify === 'restore' ? lastOperation - judgedThrough : null),
  },
  {
    name: 'motorpool_changes_committed',
    help: 'The number of the newest committed change, operations and all others alike.',
    value: ({ lastChange }) => lastChange,
  },
  {
    name: 'motorpool_changes_pending_backup',
    help: 'Committed changes that no backup contains yet.',
    value: ({ pendingChanges }) => pendingChanges,
  },
  {
    name: 'motorpool_changes_stored',
    help: 'The number of the newest change that is stored: in a complete backup.',
    value: ({ changesStoredThrough }) => changesStoredThrough,
  },
  {
    name: 'motorpool_changes_proven',
    help: 'The number of the newest change that a PROVEN backup contains.',
    value: ({ changesProvenThrough }) => changesProvenThrough,
  },
  {
    name: 'motorpool_backup_healthy',
    help: '1 where no operation waits too long for its backup or its proof, and neither of these nor the last copy failed, else 0.',
    value: ({ healthy }) => Number(healthy),
  },
  {
    name: 'motorpool_backup_running',
    help: '1 while a backup runs, else 0.',
    value: ({ running }) => Number(running),
  },
  {
    name: 'motorpool_backup_proving',
    help: '1 while a proof of a backup is made, else 0.',
    value: ({ proving }) => Number(proving),
  },
  {
    name: 'motorpool_ledger_findings',
    help: 'Rules of the ledger that the newest proof found broken and nobody has acknowledged.',
    value: ({ findings }) => findings.length,
  },
  {
    name: 'motorpool_backups_damaged',
    help: 'Kept backups that are DAMAGED: they cover nothing.',
    value: ({ damaged }) => damaged,
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
    name: 'motorpool_backup_proof_failures_in_a_row',
    help: 'Tries of this server to prove a backup that came to no verdict since the last that did.',
    value: ({ proofFailures }) => proofFailures,
  },
  {
    name: 'motorpool_backup_copy_failures_in_a_row',
    help: 'Tries of this server to copy the backups to BACKUP_COPY_TO that failed since the last success.',
    value: ({ copyFailures }) => copyFailures,
  },
];
