// What staff do with contests, participants and winners: send to the operator, tell the results, publish, delete.
import { z } from 'zod';
import { action, conflict, phrase, type Where } from '../../core/index.ts';
import { makeCurrent, publishResults } from './contests.ts';
import { markHandedOver, operatorData, sendAgainToOperator, sendToOperator, withContest } from './hand-over.ts';
import { type Channel, previewResult, resultOverview, tellResult, withPrize } from './results.ts';

const manage = 'contests:manage';
const send = 'contests:send';
const notify = 'contests:notify';

const sendData = action('Participant', {
  name: 'send-data',
  label: { one: 'Send data to the operator', many: 'Send data of {count} participants to the operator' },
  description:
    'Each once: whoever was sent already is left out. What fails for a while is tried again by itself; every try stands in the operator log.',
  permission: send,
  icon: 'Send',
  sends: true,
  include: withContest,
  eligible: [
    { where: { status: false }, otherwise: 'was sent already' },
    { where: { handOver: { not: 'waiting' } }, otherwise: 'is on its way' },
    { where: { handOver: { not: 'unknown' } }, otherwise: 'may have arrived already' },
    { where: { contest: { operatorUrl: { not: null } } }, otherwise: 'its contest has no operator’s address' },
  ],
  preview: (row) => ({
    summary: `The data go to ${row.contest.operatorUrl}${row.contest.operatorSecret ? ', signed' : ''}`,
    message: {
      to: row.contest.operatorUrl ?? '',
      subject: 'POST, as a form',
      text: Object.entries(operatorData(row))
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n'),
    },
  }),
  each: (row, { work, runId }) => sendToOperator(work, row.id, runId),
});

const isUnknown = [{ where: { handOver: 'unknown' as const }, otherwise: 'is not unknown' }];

const sendDataAgain = action('Participant', {
  name: 'send-data-again',
  label: { one: 'Send unknown data again', many: 'Send unknown data of {count} participants again' },
  description: 'The operator may have these data: then they arrive twice, under the same id.',
  permission: send,
  icon: 'RefreshCw',
  danger: true,
  sends: true,
  eligible: isUnknown,
  each: (row, { work }) => sendAgainToOperator(work, row.id),
});

const markData = action('Participant', {
  name: 'mark-data-sent',
  label: { one: 'Mark unknown data as arrived', many: 'Mark unknown data of {count} participants as arrived' },
  description: 'For data of which the operator says that they are there. Nothing is sent.',
  permission: send,
  icon: 'Check',
  eligible: isUnknown,
  each: (row, { work }) => markHandedOver(work, row.id),
});

const channelForm = z.object({
  channel: z
    .enum(['sms', 'email'])
    .default('sms')
    .meta({ label: 'By', labels: { sms: 'SMS', email: 'E-mail' } }),
});

const tellable = [
  { where: { contest: { publishedAt: { not: null } } }, otherwise: 'the results are not published' },
  { where: { notice: { not: 'sent' } }, otherwise: 'was told already' },
  { where: { notice: { not: 'waiting' } }, otherwise: 'is being told' },
  { where: { notice: { not: 'unknown' } }, otherwise: 'may have been told already' },
] satisfies { where: Where<'Participant'>; otherwise: string }[];
const tellWords = 'Each person is told once; what is not urgent waits for the end of the quiet hours.';

const sendResults = action('Participant', {
  name: 'send-results',
  label: { one: 'Send the results', many: 'Send {count} participants the results' },
  description: tellWords,
  permission: notify,
  icon: 'MessageSquare',
  inBatches: true,
  sends: true,
  include: withPrize,
  eligible: tellable,
  form: channelForm,
  overview: ({ where, count }, { form, core }) => resultOverview(core, where, count, form.channel as Channel),
  preview: (row, { form, core }) => previewResult(core, row, form.channel as Channel),
  each: (row, { work, runId, form }) => tellResult(work, row.id, runId, form.channel as Channel),
});

const notifyWinners = action('Winner', {
  name: 'notify-winners',
  label: { one: 'Notify winner', many: 'Notify {count} winners' },
  description: tellWords,
  permission: notify,
  icon: 'Gift',
  sends: true,
  include: { participant: { include: withPrize } },
  eligible: tellable.map(({ where, otherwise }) => ({ where: { participant: where }, otherwise })),
  form: channelForm,
  overview: ({ where, count }, { form, core }) =>
    resultOverview(core, { winner: { is: where } }, count, form.channel as Channel),
  preview: (row, { form, core }) => previewResult(core, row.participant, form.channel as Channel),
  each: (row, { work, runId, form }) => tellResult(work, row.participantId, runId, form.channel as Channel),
});

const deleteParticipants = action('Participant', {
  name: 'delete-participants',
  label: { one: 'Delete', many: 'Delete {count} participants' },
  description: 'Deletes them with their operator log. This cannot be undone.',
  permission: manage,
  icon: 'Trash2',
  danger: true,
  eligible: [
    { where: { winner: null }, otherwise: 'has a prize' },
    { where: { handOver: { not: 'waiting' }, notice: { not: 'waiting' } }, otherwise: 'a message is on its way' },
  ],
  async each(row, { work }) {
    await work.tx.participant.delete({ where: { id: row.id } });
    return undefined;
  },
});

const publish = action('Contest', {
  name: 'publish-results',
  label: { one: 'Publish the results', many: 'Publish the results of {count} contests' },
  description: 'From then on everybody can look winners up by the last four digits of a phone.',
  permission: 'contests:publish',
  icon: 'Globe',
  eligible: [{ where: { publishedAt: null }, otherwise: 'is published already' }],
  async overview({ where }, { core }) {
    const count = await core.db.winner.count({ where: { contest: where } });
    return [phrase(`Winners that become public, masked: ${count}.`)];
  },
  async each(row, { work }) {
    if ((await work.tx.winner.count({ where: { contestId: row.id } })) === 0)
      throw conflict('This contest has no winners yet.');
    await publishResults(work, row.id, true);
    return undefined;
  },
});

const hide = action('Contest', {
  name: 'hide-results',
  label: { one: 'Hide the results', many: 'Hide the results of {count} contests' },
  permission: 'contests:publish',
  icon: 'EyeOff',
  eligible: [{ where: { publishedAt: { not: null } }, otherwise: 'is not published' }],
  async each(row, { work }) {
    await publishResults(work, row.id, false);
    return undefined;
  },
});

const current = action('Contest', {
  name: 'make-current',
  label: { one: 'Make current', many: 'Make current' },
  description: 'The addresses of the API that name no contest serve this one from then on.',
  permission: manage,
  icon: 'Star',
  eligible: [{ where: { isCurrent: false }, otherwise: 'is current already' }],
  async each(row, { work }) {
    await makeCurrent(work, row.id);
    return undefined;
  },
});

/** The actions on participants in the order in which the panel offers them. */
export const participantActions = [sendData, sendResults, sendDataAgain, markData, deleteParticipants];

/** The actions on winners. */
export const winnerActions = [notifyWinners];

/** The actions on contests. */
export const contestActions = [publish, hide, current];
