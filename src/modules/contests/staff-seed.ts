// The seed without internet: at least two members of staff each commit to words by their SHA-256, and only when all have done so does
// anybody tell theirs. The rule: after the first words are told nobody can join, and Steward never sees words before.
import { conflict, invalid, type Work } from '../../core/index.ts';
import { seedOfStaff, sha256 } from './drawing.ts';
import { drawPlaces, lockDraw } from './draws.ts';

/** How many members of staff make a seed: one alone could try words until the outcome is right. */
const fewest = 2;

/** Notes what a member of staff has committed to. Throws conflict when it is too late, or for a second commitment of the same person. */
export async function commitWords(work: Work, drawId: string, commitment: string, name: string): Promise<void> {
  const draw = await lockDraw(work, drawId);
  if (draw.state !== 'frozen' || draw.seedSource !== 'staff') throw conflict('This draw takes no words of staff now.');
  const rows = await work.tx.drawCommitment.findMany({ where: { drawId } });
  if (rows.some(({ revealedAt }) => revealedAt))
    throw conflict('Words have been told already; nobody can join any more.');
  const operatorId = work.actor.id;
  if (rows.some((row) => row.operatorId === operatorId)) throw conflict('You have committed to words already.');
  if (rows.some((row) => row.commitment === commitment))
    throw invalid('Somebody has committed to the same words.', { commitment: 'is there already' });
  await work.tx.drawCommitment.create({ data: { drawId, operatorId, name, commitment } });
}

/** Tells the words behind a commitment; with the last ones the draw happens. Throws invalid for other words, conflict before all are in. */
export async function revealWords(work: Work, drawId: string, words: string): Promise<void> {
  const draw = await lockDraw(work, drawId);
  if (draw.state !== 'frozen') throw conflict('This draw does not wait for words.');
  const order = [{ committedAt: 'asc' as const }, { id: 'asc' as const }];
  const rows = await work.tx.drawCommitment.findMany({ where: { drawId }, orderBy: order });
  if (rows.length < fewest) throw conflict(`At least ${fewest} members of staff must commit first.`);
  const commitment = sha256(words);
  const own = rows.find((row) => row.commitment === commitment);
  if (!own) throw invalid('Nobody has committed to these words.', { words: 'are not those of a commitment' });
  if (own.words !== null) throw conflict('These words have been told already.');
  await work.tx.drawCommitment.update({ where: { id: own.id }, data: { words, revealedAt: new Date() } });
  const told = rows.map((row) => ({ commitment: row.commitment, words: row.id === own.id ? words : row.words }));
  if (told.some((row) => row.words === null)) return;
  const seed = seedOfStaff(draw.fingerprint ?? '', told as { commitment: string; words: string }[]);
  await drawPlaces(work, draw, seed);
}
