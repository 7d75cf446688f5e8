// Runs and their items in the panel: read only. They are made by starting an action and steered on the run's own page.
import { resource } from '../resource.ts';
import { ofOwnRuns, ofReadableRecords, ownRuns } from './own-rows.ts';
import { recordKinds } from './record-kinds.ts';

const permission = 'core:runs';

/** Confirmed bulk actions: who, when, on what, with which outcome. */
export const runs = resource('Run', {
  label: { one: 'run', many: 'runs' },
  group: 'Work',
  icon: 'PlayCircle',
  title: 'title',
  permissions: { read: permission, export: 'core:export' },
  scopes: ownRuns,
  narrows: ofReadableRecords,
  columns: {
    title: { label: 'Run', filter: true, sort: true, words: true },
    state: {
      label: 'State',
      filter: true,
      values: {
        awaitingApproval: { label: 'Waits for approval', tone: 'busy' },
        scheduled: { label: 'Scheduled', tone: 'quiet' },
        running: { label: 'Running', tone: 'busy' },
        paused: { label: 'Paused', tone: 'quiet' },
        cancelled: { label: 'Cancelled', tone: 'bad' },
        finished: { label: 'Finished', tone: 'good' },
      },
    },
    resource: { label: 'Records of', list: false, filter: true, choices: recordKinds },
    action: { label: 'Action', list: false, filter: true },
    actor: { label: 'Started by', filter: true },
    operatorId: { label: 'Operator', list: false, filter: true },
    selection: { label: 'Selection', words: true },
    total: { label: 'Records', sort: true },
    counts: { label: 'Outcomes', list: false },
    form: { label: 'Form', list: false },
    note: { label: 'Note', list: false, words: true },
    approvedBy: { label: 'Approved by', list: false, filter: true },
    approvedAt: { label: 'Approved', list: false },
    approvalUntil: { label: 'To be approved until', list: false },
    startsAt: { label: 'Planned for', list: false },
    startedAt: { label: 'Started', list: false, filter: true },
    finishedAt: { label: 'Finished', filter: true },
    createdAt: { label: 'Made', sort: true, filter: true },
  },
  sort: ['createdAt', 'desc'],
  views: [
    { label: 'Going on', where: { state: { in: ['awaitingApproval', 'scheduled', 'running', 'paused'] } } },
    { label: 'Waiting for approval', where: { state: 'awaitingApproval' } },
    { label: 'With failures', where: { items: { some: { outcome: 'failed' } } } },
  ],
  children: [
    { resource: 'RunItem', by: 'runId', label: 'Records' },
    { resource: 'Message', by: 'runId', label: 'Messages' },
  ],
  empty: 'Nothing was run yet. Choose records in a list and press an action.',
});

/** The records of runs and what became of each. */
export const runItems = resource('RunItem', {
  label: { one: 'record of a run', many: 'records of runs' },
  group: 'Work',
  icon: 'List',
  title: 'recordTitle',
  permissions: { read: permission, export: 'core:export' },
  scopes: ofOwnRuns,
  narrows: (actor, registry) => ({ run: ofReadableRecords(actor, registry) }),
  columns: {
    position: { label: 'No.', sort: true },
    recordTitle: { label: 'Record', filter: true },
    recordId: { label: 'Id', list: false, filter: true },
    outcome: {
      label: 'Outcome',
      filter: true,
      values: {
        pending: { label: 'Pending', tone: 'quiet' },
        done: { label: 'Done', tone: 'good' },
        skipped: { label: 'Skipped', tone: 'quiet' },
        failed: { label: 'Failed', tone: 'bad' },
        cancelled: { label: 'Cancelled', tone: 'quiet' },
      },
    },
    reason: { label: 'Reason', filter: true, words: true },
    attempts: { label: 'Tries', list: false },
    finishedAt: { label: 'Finished' },
    runId: { label: 'Run', list: false, filter: true },
  },
  sort: ['position', 'asc'],
  views: [{ label: 'Failed', where: { outcome: 'failed' } }],
});
