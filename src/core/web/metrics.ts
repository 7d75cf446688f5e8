// /metrics: for whoever holds METRICS_TOKEN; without a token only for this very machine, and never through a proxy.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Core } from '../core.ts';
import { notFound, unauthenticated } from '../errors.ts';
import { createMetrics } from '../metrics.ts';
import type { Express, Request } from './express.ts';

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/** Counts every answer from here on and appends /metrics. */
export function appendMetrics(core: Core, app: Express): void {
  const metrics = createMetrics(core);
  app.use((request, response, next) => {
    const start = performance.now();
    const { path, method } = request;
    response.once('close', () =>
      metrics.answered({ path, method }, response.statusCode, (performance.now() - start) / 1000),
    );
    next();
  });
  app.get('/metrics', async (request, response) => {
    mustMayRead(core, request);
    const { type, text } = await metrics.read();
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', type);
    response.end(text);
  });
}

function mustMayRead(core: Core, request: Request): void {
  const { metricsToken } = core.config;
  if (metricsToken !== undefined) {
    const given = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!timingSafeEqual(digest(given), digest(metricsToken))) throw unauthenticated('This needs METRICS_TOKEN.');
    return;
  }
  // Behind a proxy on the same machine everybody would seem to be at home.
  const isForwarded = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'].some((name) => name in request.headers);
  const isHere = loopback.test(request.socket.remoteAddress ?? '') && !isForwarded && core.config.trustProxy === 0;
  if (!isHere) throw notFound('There is no such page.');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
