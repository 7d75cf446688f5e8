// Ids that grow with time (RFC 9562, version 7), for rows that are written many at once past Prisma, which makes them elsewhere. New rows then
// lie side by side in the index.
import { randomUUID } from 'node:crypto';

/** Returns a new id. */
export function uuid7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  // All that is random is taken from an id of version 4, of which the platform keeps some ready.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
