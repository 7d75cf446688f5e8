// Figures for Prometheus. The only room that imports its client. The rule: labels come from short fixed lists, never from what a
// client sent, and a scrape asks the database for sums only.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Core } from './core.ts';

/** The figures of one process, with those of the whole installation read from the database at each scrape. */
export interface Metrics {
  /** Counts an answered request. */
  answered(request: { path: string; method: string }, status: number, seconds: number): void;
  /** Returns everything in Prometheus' text format, and its media type. */
  read(): Promise<{ type: string; text: string }>;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);
const classes: readonly [RegExp, string][] = [
  [/^\/admin\/api(\/|$)/, 'panel-api'],
  [/^\/admin(\/|$)/, 'panel'],
  [/^\/api\/(actions|runs)(\/|$)/, 'action'],
  [/^\/api(\/|$)/, 'api'],
  [/^\/files\//, 'file'],
  [/^\/(healthz|readyz|metrics)$/, 'health'],
];
const remembered = 2_000;

/** Returns the class of a request's path: the part of the house that answers it. */
export function routeClass(path: string): string {
  return classes.find(([shape]) => shape.test(path))?.[1] ?? 'page';
}

/** Builds the figures of this process. */
export function createMetrics(core: Core): Metrics {
  const registry = new Registry();
  // Several web processes may share one port: a scrape meets one of them, and its counters must not be taken for another's.
  registry.setDefaultLabels({ process: String(process.pid) });
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'steward_http_requests_total',
    help: 'Requests answered, by part of the house, method and status.',
    labelNames: ['class', 'method', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'steward_http_request_seconds',
    help: 'How long answers took.',
    labelNames: ['class'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  poolGauge(core, registry);
  const shared = installationGauges(core, registry);
  return {
    answered({ path, method }, status, took) {
      const kind = routeClass(path);
      requests.inc({ class: kind, method: methods.has(method) ? method : 'other', status: String(status) });
      seconds.observe({ class: kind }, took);
    },
    async read() {
      await shared();
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}

function poolGauge(core: Core, registry: Registry): void {
  const gauge = new Gauge({
    name: 'steward_database_pool',
    help: 'Connections of this process: in use, idle, and requests that wait for one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { totalCount, idleCount, waitingCount } = core.database.pool;
      gauge.set({ state: 'used' }, totalCount - idleCount);
      gauge.set({ state: 'idle' }, idleCount);
      gauge.set({ state: 'waiting' }, waitingCount);
    },
  });
}

// What is true of the whole installation, whichever process tells it. Asked at most once in two seconds.
function installationGauges(core: Core, registry: Registry): () => Promise<void> {
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const up = gauge('steward_database_up', 'Whether the database answered this scrape.');
  const runs = gauge('steward_runs', 'Runs by state.', 'state');
  const messages = gauge('steward_messages', 'Messages by channel and state.', 'channel', 'state');
  const queue = gauge('steward_queue_jobs', 'Jobs: due now, at work, waiting for their time, given up.', 'state');
  const instances = gauge('steward_instances', 'Live processes by what they do.', 'role');
  let asked = 0;
  return async () => {
    if (Date.now() - asked < remembered) return;
    asked = Date.now();
    try {
      const found = await sumsOf(core);
      for (const one of [runs, messages, queue, instances]) one.reset();
      for (const { state, count } of found.runs) runs.set({ state }, count);
      for (const { channel, state, count } of found.messages) messages.set({ channel, state }, count);
      for (const [state, count] of Object.entries(found.queue)) queue.set({ state }, count);
      for (const { role, count } of found.instances) instances.set({ role }, count);
      up.set(1);
    } catch (error) {
      // The figures of the process itself are wanted most when the database is away.
      for (const one of [runs, messages, queue, instances]) one.reset();
      up.set(0);
      core.log.warn({ err: error }, 'the figures of the database could not be read');
    }
  };
}

async function sumsOf({ database: { pool } }: Core) {
  const rows = async <T extends object>(sql: string) => (await pool.query<T>(sql)).rows;
  const [runs, messages, [queue], instances] = await Promise.all([
    rows<{ state: string; count: number }>('SELECT state::text, count(*)::int AS count FROM "Run" GROUP BY 1'),
    rows<{ channel: string; state: string; count: number }>(
      'SELECT channel, state::text, count(*)::int AS count FROM "Message" GROUP BY 1, 2',
    ),
    rows<Record<'given_up' | 'working' | 'due' | 'planned', number>>(
      `SELECT count(*) FILTER (WHERE attempts >= max_attempts AND locked_at IS NULL)::int AS given_up,
        count(*) FILTER (WHERE locked_at IS NOT NULL)::int AS working,
        count(*) FILTER (WHERE attempts < max_attempts AND locked_at IS NULL AND run_at <= now())::int AS due,
        count(*) FILTER (WHERE attempts < max_attempts AND locked_at IS NULL AND run_at > now())::int AS planned
       FROM graphile_worker.jobs`,
    ),
    rows<{ role: string; count: number }>('SELECT role, count(*)::int AS count FROM "Instance" GROUP BY 1'),
  ]);
  const jobs: Record<string, number> = { ...queue };
  return { runs, messages, queue: jobs, instances };
}
