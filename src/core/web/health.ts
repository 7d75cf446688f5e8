// For whoever watches over us: is the process alive, and may it get work.
import type { Core } from '../core.ts';
import type { Express } from './express.ts';

/** Whether this process is on its way out; then it is alive but takes no more work. */
const draining = new WeakSet<Core>();

/** Makes /readyz answer 503 from now on, so that a balancer sends no more work here. */
export function startDraining(core: Core): void {
  draining.add(core);
}

/** Appends /healthz (the process answers) and /readyz (the database answers and we are not draining). */
export function appendHealth(core: Core, app: Express): void {
  app.get('/healthz', (_request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    response.json({ status: 'ok' });
  });
  app.get('/readyz', async (_request, response) => {
    const isReady = !draining.has(core) && (await answers(core));
    response.setHeader('Cache-Control', 'no-store');
    if (!isReady) response.setHeader('Retry-After', '5');
    response.status(isReady ? 200 : 503).json({ status: isReady ? 'ready' : 'not ready' });
  });
}

async function answers(core: Core): Promise<boolean> {
  return core.database.pool.query('SELECT 1').then(
    () => true,
    () => false,
  );
}
