// What staff do with draws: freeze the entries, make the seed, draw, replace somebody who did not come.
import { z } from 'zod';
import { action, skip } from '../../core/index.ts';
import { timeOfRound } from '../../lib/drand.ts';
import { fetchBeacon } from './beacon.ts';
import { drawByBeacon, freezeDraw, redraw } from './draws.ts';
import { commitWords, revealWords } from './staff-seed.ts';

const permission = 'contests:draw';
const isFrozen = { where: { state: 'frozen' as const }, otherwise: 'is not frozen, or drawn already' };
const byStaff = { where: { seedSource: 'staff' as const }, otherwise: 'takes its seed from drand' };
const byDrand = { where: { seedSource: 'drand' as const }, otherwise: 'takes its seed from staff' };

const freeze = action('Draw', {
  name: 'freeze-draw',
  label: { one: 'Freeze the entries', many: 'Freeze the entries of {count} draws' },
  description:
    'Every verified participant without a prize gets an entry. Afterwards neither entries nor prizes can change; the fingerprint is public.',
  permission,
  icon: 'Lock',
  danger: true,
  eligible: [{ where: { state: 'prepared' }, otherwise: 'is frozen already' }],
  async preview(row, { core }) {
    const where = { contestId: row.contestId, verifiedAt: { not: null }, winner: null };
    return { summary: `${await core.db.participant.count({ where })} participants get an entry in “${row.title}”` };
  },
  async each(row, { work }) {
    await freezeDraw(work, row.id);
    return undefined;
  },
});

const commit = action('Draw', {
  name: 'commit-words',
  label: { one: 'Commit to words for the seed', many: 'Commit to words for the seed' },
  description:
    'Think of a sentence, keep it to yourself, and hand in its SHA-256: npm run steward -- contests:commitment --words "…", or any tool that computes it. At least two members of staff do so.',
  permission,
  icon: 'EyeOff',
  eligible: [isFrozen, byStaff],
  form: z.object({
    commitment: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 signs of 0-9 and a-f')
      .meta({ label: 'SHA-256 of your words' }),
  }),
  async each(row, { work, form }) {
    await commitWords(work, row.id, form.commitment, work.actor.name);
    return undefined;
  },
});

const reveal = action('Draw', {
  name: 'reveal-words',
  label: { one: 'Tell your words', many: 'Tell your words' },
  description: 'Once the first words are told nobody can join any more. With the last ones the draw happens.',
  permission,
  icon: 'Eye',
  danger: true,
  eligible: [isFrozen, byStaff],
  form: z.object({ words: z.string().min(1, 'is missing').max(500).meta({ label: 'Your words, exactly' }) }),
  async each(row, { work, form }) {
    await revealWords(work, row.id, form.words);
    return undefined;
  },
});

const beacon = action('Draw', {
  name: 'draw-by-beacon',
  label: { one: 'Draw by the drand round', many: 'Draw {count} by their drand rounds' },
  description:
    'Fetches the beacon of the round that was fixed at the freeze and checks its signature. Without it nothing is drawn.',
  permission,
  icon: 'Radio',
  danger: true,
  eligible: [isFrozen, byDrand],
  form: z.object({
    signature: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^([0-9a-f]{96})?$/, 'must be 96 signs of 0-9 and a-f')
      .default('')
      .meta({
        label: 'Signature of the round',
        help: 'Only where this server has no internet: paste what a relay tells elsewhere.',
      }),
  }),
  preview: (row) => ({
    summary: `“${row.title}” takes round ${row.round} of drand, which comes at ${timeOfRound(row.round ?? 1).toISOString()}`,
  }),
  async each(row, { work, form, core }) {
    const round = row.round ?? 0;
    if (timeOfRound(round) > new Date()) return skip(`its round comes at ${timeOfRound(round).toISOString()}`);
    await drawByBeacon(work, row.id, form.signature || (await fetchBeacon(core, round)));
    return undefined;
  },
});

const noShow = action('DrawEntry', {
  name: 'mark-no-show',
  label: { one: 'Did not come: next in line', many: 'Replace {count} who did not come' },
  description:
    'The prize goes to the next in the order of the draw. The reason stands in the public protocol; this cannot be undone.',
  permission,
  icon: 'UserX',
  danger: true,
  eligible: [{ where: { place: 'winner' }, otherwise: 'has no prize' }],
  form: z.object({ reason: z.string().trim().min(3, 'must say why').max(300).meta({ label: 'Reason, public' }) }),
  preview: (row, { form }) => ({ summary: `${row.code} loses “${row.prize}”: ${form.reason}` }),
  async each(row, { work, form }) {
    await redraw(work, row.id, form.reason);
    return undefined;
  },
});

/** The actions on draws. */
export const drawActions = [freeze, commit, reveal, beacon];

/** The actions on single entries of a draw. */
export const entryActions = [noShow];
