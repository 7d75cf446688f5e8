// The street door: the only place that builds the web application. Each room sets its own stricter headers; whatever fails ends below.
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { Core } from '../core.ts';
import { notFound, StartError } from '../errors.ts';
import { appendDocs } from './docs.ts';
import { drainable } from './drain.ts';
import { lastErrorHandler } from './errors.ts';
import { type Express, newApp, type Router } from './express.ts';
import { appendFiles } from './files.ts';
import { compression, securityHeaders } from './headers.ts';
import { appendHealth, startDraining } from './health.ts';
import { requestLog } from './log.ts';
import { appendMetrics } from './metrics.ts';
import { appendPages } from './pages.ts';
import { appendRoutes } from './routes.ts';

/** Builds the application. `panel` answers below /admin. */
export function buildWeb(core: Core, { panel }: { panel?: Router } = {}): Express {
  const app = newApp(core.config.trustProxy);
  app.use(requestLog(core), securityHeaders(core));
  appendMetrics(core, app);
  appendHealth(core, app);
  if (panel) app.use('/admin', compression(), panel);
  appendFiles(core, app);
  app.use(compression());
  appendDocs(core, app);
  appendRoutes(core, app);
  appendPages(core, app);
  app.use(() => {
    throw notFound('There is no such page.');
  });
  app.use(lastErrorHandler(core));
  return app;
}

/** Builds what a process without a web of its own answers to whoever watches over it: health and figures, nothing else. */
export function buildWatch(core: Core): Express {
  const app = newApp(core.config.trustProxy);
  app.use(securityHeaders(core));
  appendMetrics(core, app);
  appendHealth(core, app);
  app.use(() => {
    throw notFound('There is no such page.');
  });
  app.use(lastErrorHandler(core));
  return app;
}

/** An open web server. */
export interface OpenWeb {
  server: Server;
  /** Sends callers elsewhere for DRAIN_SECONDS, stops taking connections, lets requests finish; what is open ten seconds later is cut. */
  close(): Promise<void>;
}

/** Opens a port, by default that of the configuration. Throws a StartError when it is taken or not ours to open. */
export async function listen(core: Core, app: Express, port = core.config.port): Promise<OpenWeb> {
  const server = createServer({
    requestTimeout: 120_000,
    headersTimeout: 15_000,
    keepAliveTimeout: 10_000,
    maxHeaderSize: 16_384,
  });
  const { drain } = drainable(server);
  server.on('request', app);
  server.maxConnections = 2_000;
  server.maxRequestsPerSocket = 1_000;
  await new Promise<void>((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException) =>
      reject(new StartError(whyClosed(error, port, core.config.host), error));
    server.once('error', refused);
    server.listen(port, core.config.host, () => {
      server.off('error', refused);
      resolve();
    });
  });
  return {
    server,
    close: () => {
      startDraining(core);
      return drain(core.config.drainSeconds);
    },
  };
}

function whyClosed({ code, message }: NodeJS.ErrnoException, port: number, host: string): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken by another program, perhaps by a Steward that still runs. Stop it, or name another port with PORT.`;
  if (code === 'EACCES') return `This account may not open port ${port}. Name one above 1023 with PORT.`;
  if (code === 'EADDRNOTAVAIL') return `HOST is ${host}, which is no address of this machine.`;
  return `Port ${port} at ${host} cannot be opened: ${message}.`;
}
