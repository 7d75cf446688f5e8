// How contests, participants, winners and draws appear in the panel. What is not listed here does not exist there.
import { conflict, importOf, resource } from '../../core/index.ts';
import { contestActions, participantActions, winnerActions } from './actions.ts';
import { between, group, line, manage, read, sendValues, taken } from './columns.ts';
import { contestColumns } from './contest-columns.ts';
import { createContest, deleteContest, updateContest } from './contests.ts';
import { drawActions, entryActions } from './draw-actions.ts';
import { createDraw, deleteDraw, updateDraw } from './draws.ts';
import { participantColumns, participantComputed, participantExports } from './participant-columns.ts';
import { addWinners, checkWinners, deleteWinner } from './winners.ts';

/** Contests with what their pages say and how they send. */
export const contests = resource('Contest', {
  label: { one: 'contest', many: 'contests' },
  group,
  icon: 'Flag',
  title: 'title',
  permissions: { read, create: manage, update: manage, delete: manage },
  columns: contestColumns,
  sort: ['createdAt', 'desc'],
  actions: contestActions,
  write: {
    create: (work, values) => createContest(work, { ...values, title: values.title ?? '' }),
    update: (work, row, values) => updateContest(work, row.id, values),
    delete: (work, row) => deleteContest(work, row.id),
  },
  children: [
    { resource: 'Participant', by: 'contestId', label: 'Participants' },
    { resource: 'Winner', by: 'contestId', label: 'Winners' },
    { resource: 'Draw', by: 'contestId', label: 'Draws' },
  ],
  empty: 'A contest is one round of registrations and prizes. Make the first one; its page is at /contests/.',
});

/** The registered people, how far each is, and what can be done with them. */
export const participants = resource('Participant', {
  label: { one: 'participant', many: 'participants' },
  group,
  icon: 'Users',
  title: (row) => `${row.number} · ${row.firstName} ${row.secondName}`,
  permissions: { read, update: manage, delete: manage, export: taken },
  columns: participantColumns,
  computed: participantComputed,
  sort: ['createdAt', 'desc'],
  views: [
    { label: 'Not with the operator', where: { status: false } },
    { label: 'With the operator', where: { status: true } },
    { label: 'Sending failed or unknown', where: { handOver: { in: ['failed', 'unknown'] } } },
    { label: 'Not told the results', where: { notice: { not: 'sent' } } },
    { label: 'Winners', where: { winner: { isNot: null } } },
  ],
  actions: participantActions,
  exports: participantExports,
  write: {
    async update(work, row, values) {
      if (row.handOver === 'waiting')
        throw conflict('The data are on their way to the operator; please try again in a moment.');
      await work.tx.participant.update({ where: { id: row.id }, data: values });
    },
    async delete(work, row) {
      if ((await work.tx.winner.count({ where: { participantId: row.id } })) > 0)
        throw conflict('This person has a prize; take that back first.');
      await work.tx.participant.delete({ where: { id: row.id } });
    },
  },
  children: [
    { resource: 'HandOver', by: 'participantId', label: 'Operator log' },
    { resource: 'Winner', by: 'participantId', label: 'Prize' },
    { resource: 'Message', by: 'recordId', label: 'Messages' },
  ],
  empty: 'Nobody has registered yet. The page is at /contests/.',
});

/** Winners from a list: by participants' numbers, as the operator sends it, with or without headings. */
const winnersImport = importOf('Winner', {
  permission: manage,
  matchBy: ['participantId'],
  existing: 'keep',
  columns: {
    participantId: {
      label: 'Participant ID',
      required: true,
      example: '17',
      guesses: ['id', 'participant', 'winner id', 'participant_id'],
      lookUp: ['number'],
    },
    prize: { label: 'Prize', required: true, example: 'Bicycle', guesses: ['приз', 'prize name'] },
  },
  ask: { contestId: { label: 'Contest', help: 'Then participants of other contests are refused.', isFound: true } },
  bare: {
    header: ['Participant ID', 'Prize'],
    fits: (cells) => /^\d{1,9}$/.test(cells[0]?.trim() ?? '') && Boolean(cells[1]) && !cells.slice(2).some(Boolean),
  },
  check: checkWinners,
  create: addWinners,
});

/** Who won what. */
export const winners = resource('Winner', {
  label: { one: 'winner', many: 'winners' },
  group,
  icon: 'Gift',
  title: 'prize',
  permissions: { read, update: manage, delete: manage, export: taken },
  columns: {
    number: { label: 'Nr', sort: true },
    participantId: { label: 'Participant', filter: true },
    prize: { label: 'Prize', search: true, filter: true, sort: true, update: true, rule: line(250) },
    contestId: { label: 'Contest', filter: true },
    source: { label: 'From', filter: true, values: { list: { label: 'List' }, draw: { label: 'Draw' } } },
    createdAt: { label: 'Since', filter: true, sort: true, list: false },
  },
  computed: {
    told: {
      label: 'Told the results',
      words: true,
      async of(rows, core) {
        const ids = rows.map(({ participantId }) => participantId);
        const people = await core.db.participant.findMany({
          where: { id: { in: ids } },
          select: { id: true, notice: true },
        });
        const notices = new Map(people.map(({ id, notice }) => [id, notice]));
        return Object.fromEntries(
          rows.map(({ id, participantId }) => [id, sendValues[notices.get(participantId) ?? 'none'].label]),
        );
      },
    },
  },
  sort: ['createdAt', 'desc'],
  views: [
    { label: 'Not told yet', where: { participant: { notice: { in: ['none', 'failed'] } } } },
    { label: 'Told', where: { participant: { notice: 'sent' } } },
    { label: 'Unknown', where: { participant: { notice: 'unknown' } } },
  ],
  actions: winnerActions,
  imports: winnersImport,
  write: {
    async update(work, row, values) {
      if (row.source === 'draw') throw conflict('This prize comes from a draw; its protocol says which.');
      await work.tx.winner.update({ where: { id: row.id }, data: values });
    },
    delete: deleteWinner,
  },
  empty: 'Import the operator’s list (“<ID>;<prize>”), or make a draw.',
});

/** Draws that anybody can check. */
export const draws = resource('Draw', {
  label: { one: 'draw', many: 'draws' },
  group,
  icon: 'Shuffle',
  title: 'title',
  permissions: { read, create: 'contests:draw', update: 'contests:draw', delete: 'contests:draw' },
  columns: {
    title: { label: 'Title', sort: true, create: true, update: true, rule: line(150) },
    contestId: { label: 'Contest', filter: true, create: true },
    prizes: {
      label: 'Prizes',
      help: 'A line a prize, the best first, for example “2 x Bicycle”.',
      display: 'longText',
      list: false,
      create: true,
      update: true,
      rule: line(20_000),
    },
    reserves: { label: 'Reserves', create: true, update: true, rule: between(0, 100_000) },
    seedSource: {
      label: 'Seed',
      help: 'Staff: at least two people commit to words first and tell them later; no internet is needed. drand: a public round that nobody can know before.',
      create: true,
      update: true,
      filter: true,
      values: { staff: { label: 'Words of staff' }, drand: { label: 'drand, a public round' } },
    },
    state: {
      label: 'State',
      display: 'state',
      filter: true,
      values: {
        prepared: { label: 'Prepared', tone: 'quiet' },
        frozen: { label: 'Frozen', tone: 'busy' },
        drawn: { label: 'Winners drawn', tone: 'good' },
      },
    },
    entryCount: { label: 'Entries' },
    fingerprint: { label: 'Fingerprint (SHA-256)', list: false },
    frozenAt: { label: 'Frozen', list: false },
    round: { label: 'Round of drand', list: false },
    seed: { label: 'Seed value', list: false },
    drawnAt: { label: 'Winners drawn', sort: true },
    createdAt: { label: 'Made', list: false, sort: true },
  },
  computed: {
    page: {
      label: 'Protocol',
      display: 'link',
      list: false,
      of: async (rows, core) =>
        Object.fromEntries(rows.map(({ id }) => [id, `${core.config.publicUrl}/contests/draw/${id}`])),
    },
  },
  sort: ['createdAt', 'desc'],
  actions: drawActions,
  write: { create: createDraw, update: updateDraw, delete: deleteDraw },
  children: [
    { resource: 'DrawEntry', by: 'drawId', label: 'Places' },
    { resource: 'DrawCommitment', by: 'drawId', label: 'Words of staff' },
  ],
  empty:
    'A draw freezes who takes part, gets a seed that nobody can choose, and leaves a protocol that anybody can check.',
});

/** The entries of draws in their order. */
export const drawEntries = resource('DrawEntry', {
  label: { one: 'draw entry', many: 'draw entries' },
  group,
  icon: 'Hash',
  title: 'code',
  permissions: { read, export: taken },
  columns: {
    rank: { label: 'Place', sort: true, filter: true },
    code: { label: 'Entry', filter: true },
    participantId: { label: 'Participant', filter: true },
    place: {
      label: 'Outcome',
      display: 'state',
      filter: true,
      values: {
        none: { label: 'Nothing', tone: 'quiet' },
        winner: { label: 'Winner', tone: 'good' },
        reserve: { label: 'Reserve', tone: 'busy' },
        noShow: { label: 'Did not come', tone: 'bad' },
      },
    },
    prize: { label: 'Prize', filter: true },
    reason: { label: 'Reason', list: false },
    noShowAt: { label: 'Since', list: false },
    drawId: { label: 'Draw', filter: true },
  },
  sort: ['rank', 'asc'],
  views: [
    { label: 'Winners', where: { place: 'winner' } },
    { label: 'Reserves', where: { place: 'reserve' } },
    { label: 'Did not come', where: { place: 'noShow' } },
  ],
  actions: entryActions,
  empty: 'Entries appear here once a draw is frozen.',
});
