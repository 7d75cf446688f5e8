// How the web ends: first /readyz says so and every answer asks its caller to connect anew, elsewhere; then the port closes; then what is
// still being answered is waited for. The rule: who was let in is answered, and nobody is kept by an open connection alone.
import type { Server, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const patience = 10_000;
const lookEvery = 100;

/** Watches a server's answers from now on, so that it can be drained. Called before anything else listens to its requests. */
export function drainable(server: Server): { drain(seconds: number): Promise<void> } {
  const open = new Set<ServerResponse>();
  let isDraining = false;
  server.on('request', (_request, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    if (isDraining) askToLeave(response);
  });
  return {
    async drain(seconds) {
      isDraining = true;
      for (const response of open) askToLeave(response);
      await pause(seconds * 1000);
      await closeGently(server);
    },
  };
}

// Else a caller who goes on asking over an open connection would be served until it is cut in the middle of an answer.
function askToLeave(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

async function closeGently(server: Server): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), patience);
  // An answer whose head had left before we began keeps its connection; it goes when the answer is whole.
  const idle = setInterval(() => server.closeIdleConnections(), lookEvery);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(late);
  clearInterval(idle);
}
