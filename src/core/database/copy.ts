// Tables as streams: COPY in PostgreSQL's own text format, in and out. The only room that imports pg-copy-streams.
import type { Readable, Writable } from 'node:stream';
import type { Client } from 'pg';
import { from, to } from 'pg-copy-streams';

/** A COPY under way; `rows` is known when it has ended. */
export interface Copied<S> {
  stream: S;
  rows(): number;
}

/** Streams what a query finds. */
export function copyOut(client: Client, query: string): Copied<Readable> {
  const stream = client.query(to(`COPY (${query}) TO STDOUT`));
  return { stream, rows: () => stream.rowCount };
}

/** Opens a table's columns for lines that `copyOut` made. */
export function copyIn(client: Client, target: string): Copied<Writable> {
  const stream = client.query(from(`COPY ${target} FROM STDIN`));
  return { stream, rows: () => stream.rowCount };
}
