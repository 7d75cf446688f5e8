// What the server and the worker entry share: configuration, start-up errors in words, signals, a last resort.
import { type Duties, greet, startApp } from './app.ts';
import { loadConfig, StartError } from './core/index.ts';
import { modules } from './modules/index.ts';
import { isWebProcess } from './web-processes.ts';

/** Milliseconds for the end once the web has drained. */
const usualPatience = 15_000;

/** Runs until SIGTERM or SIGINT; a second signal ends at once. Exits 0 after a drained stop, 1 when it could not start. */
export async function runEntry(duties: Duties): Promise<void> {
  outliveReaders();
  try {
    const config = loadConfig(process.env, modules);
    const demo = config.demo || process.argv.includes('--demo');
    const app = await startApp({ ...config, demo }, duties);
    lastResort((error, what) => app.started.core.log.fatal({ err: error }, what));
    if (duties.web && !isWebProcess) await greet(app);
    onSignal(async () => app.stop(), usualPatience + config.drainSeconds * 1000);
  } catch (error) {
    process.stderr.write(`\n${inWords(error)}\n\n`);
    process.exit(1);
  }
}

function inWords(error: unknown): string {
  if (error instanceof StartError) return error.message;
  if (error instanceof Error) return error.name === 'Error' || !error.stack ? error.message : error.stack;
  return String(error);
}

function onSignal(stop: () => Promise<void>, patience: number): void {
  let asked = 0;
  const end = () => {
    // Ctrl+C under npm arrives twice, from the terminal and from npm: only a later one means impatience.
    if (asked && Date.now() - asked > 1_000) process.exit(1);
    if (asked) return;
    asked = Date.now();
    const timer = setTimeout(() => process.exit(1), patience);
    timer.unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

/** Whoever reads our lines may go at any moment of our life; writing that down would fail the same way, and so on without end. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/** Nothing that slips through may end the process silently: it is written down, and a rejected promise ends nothing. */
function lastResort(write: (error: unknown, what: string) => void): void {
  process.on('unhandledRejection', (error) => write(error, 'unhandled rejection'));
  process.on('uncaughtException', (error) => write(error, 'uncaught exception'));
}
