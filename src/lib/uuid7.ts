// Ids that grow with time (RFC 9562, version 7), for rows that are written many at once past Prisma, which makes them elsewhere. New rows then
// lie side by side in the index.
import { randomBytes } from 'node:crypto';

/** Returns a new id. */
export function uuid7(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
