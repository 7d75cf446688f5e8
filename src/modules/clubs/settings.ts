// What staff choose for all clubs: how long evidence is kept, how long an approval holds, when a club is reminded. One row.
import type { Row, Transaction } from '../../core/index.ts';

/** The id of the one row. */
const settingsId = 'settings';

/** Returns the settings. */
export function settingsOf(tx: Transaction): Promise<Row<'ClubSettings'>> {
  return tx.clubSettings.findUniqueOrThrow({ where: { id: settingsId } });
}

/** Returns the moment so many months later, on the same day where that month has one; null for 0, which is for ever. */
export function approvalEnd(from: Date, months: number): Date | null {
  if (months === 0) return null;
  const end = new Date(from);
  end.setUTCMonth(end.getUTCMonth() + months);
  if (end.getUTCDate() !== from.getUTCDate()) end.setUTCDate(0);
  return end;
}
