// How clubs, their messages and the settings appear in the panel. What is not listed here does not exist there.
import { z } from 'zod';
import { type Actor, languageColumn, phrase, resource } from '../../core/index.ts';
import { clubActions } from './actions.ts';
import { activities, enrolments } from './activity-resource.ts';
import { deleteMessage } from './club-messages.ts';
import { reviewTool } from './tools.ts';

const group = 'Clubs';
const read = 'clubs:read';
const reviews = 'clubs:review';
const own = (actor: Actor) => actor.scopeId ?? '';

/** Applications and the clubs that they became. A club sees its own, and nothing of the review. */
const clubs = resource('Club', {
  label: { one: 'club', many: 'clubs' },
  group,
  icon: 'Flag',
  title: 'name',
  permissions: { read, update: reviews, export: 'clubs:export' },
  scopes: { club: (actor) => ({ id: own(actor) }) },
  columns: {
    number: { label: 'No.', list: false, sort: true, filter: true },
    name: {
      label: 'Name',
      search: true,
      filter: true,
      sort: true,
      update: true,
      rule: z.string().trim().min(1, 'is missing').max(45, 'is too long'),
    },
    email: { label: 'E-mail', display: 'email', search: true, filter: true, sort: true },
    state: {
      label: 'State',
      filter: true,
      sort: true,
      values: {
        pending: { label: 'Applied', tone: 'busy' },
        approved: { label: 'Approved', tone: 'good' },
        refused: { label: 'Refused', tone: 'bad' },
        suspended: { label: 'Suspended', tone: 'quiet' },
      },
    },
    info: {
      label: 'Remarks',
      display: 'longText',
      list: false,
      update: true,
      rule: z.string().trim().max(150, 'is too long'),
    },
    language: {
      label: 'Language of the mails',
      list: false,
      filter: true,
      update: true,
      ...languageColumn,
    },
    refusal: { label: 'Reason', list: false },
    appliedAt: { label: 'Applied', filter: true, sort: true },
    decidedAt: { label: 'Decided', filter: true, sort: true, list: false },
    decidedBy: { label: 'Decided by', list: false, filter: true, permission: reviews },
    approvedUntil: { label: 'Approved until', filter: true, sort: true, list: false },
    remindedAt: { label: 'Reminded', list: false, permission: reviews },
    renewalAskedAt: { label: 'Asked for renewal', list: false, filter: true },
    evidenceDeletedAt: { label: 'Evidence deleted', list: false, filter: true, permission: reviews },
  },
  sort: ['appliedAt', 'desc'],
  views: [
    { label: 'To review', where: { state: 'pending' } },
    { label: 'Approved', where: { state: 'approved' } },
    { label: 'Asks for renewal', where: { renewalAskedAt: { not: null } } },
    { label: 'Refused', where: { state: 'refused' } },
    { label: 'Suspended', where: { state: 'suspended' } },
  ],
  actions: clubActions,
  tools: { review: reviewTool },
  children: [
    { resource: 'Activity', by: 'clubId', label: 'Activities' },
    { resource: 'ClubMessageRecipient', by: 'clubId', label: 'Messages to it' },
    { resource: 'Message', by: 'recordId', label: 'Mails' },
  ],
  empty: 'Clubs apply on the public page /clubs/ or by the API, and wait here for your review.',
});

/** What staff wrote to clubs; a club sees what went to it. */
const clubMessages = resource('ClubMessage', {
  label: { one: 'message to clubs', many: 'messages to clubs' },
  group,
  icon: 'MessageSquare',
  title: 'subject',
  permissions: { read, delete: 'clubs:message' },
  scopes: { club: (actor) => ({ recipients: { some: { clubId: own(actor) } } }) },
  columns: {
    subject: { label: 'Subject', filter: true, sort: true },
    body: { label: 'Text', display: 'longText' },
    createdAt: { label: 'Written', filter: true, sort: true },
  },
  sort: ['createdAt', 'desc'],
  write: { delete: (work, row) => deleteMessage(work, row.id) },
  children: [{ resource: 'ClubMessageRecipient', by: 'messageId', label: 'Went to' }],
  empty: 'Choose clubs in their list and press “Write a message”.',
});

/** Which club a message went to. */
const recipients = resource('ClubMessageRecipient', {
  label: { one: 'club that got a message', many: 'clubs that got a message' },
  group,
  icon: 'CornerDownRight',
  title: (row) => phrase(`Message of ${row.createdAt.toISOString().slice(0, 10)}`),
  titleIsWords: true,
  permissions: { read },
  scopes: { club: (actor) => ({ clubId: own(actor) }) },
  columns: {
    clubId: { label: 'Club', filter: true },
    messageId: { label: 'Message', filter: true },
    createdAt: { label: 'Written', filter: true, sort: true },
  },
  sort: ['createdAt', 'desc'],
});

/** What staff choose for all clubs. */
const settings = resource('ClubSettings', {
  label: { one: 'set of club settings', many: 'club settings' },
  group,
  icon: 'Settings',
  title: () => phrase('Club settings'),
  titleIsWords: true,
  isGiven: true,
  permissions: { read: 'clubs:settings', update: 'clubs:settings' },
  columns: {
    evidenceDays: {
      label: 'Days that evidence is kept',
      help: 'Counted from the decision. Evidence is an identity document: keep it no longer than you must.',
      update: true,
      rule: z.number().int().min(0, 'must not be below 0').max(3650, 'is too large'),
    },
    renewalMonths: {
      label: 'Months that an approval holds',
      help: '12 is a year; 0: for ever. It counts for approvals and renewals from now on.',
      update: true,
      rule: z.number().int().min(0, 'must not be below 0').max(120, 'is too large'),
    },
    reminderDays: {
      label: 'Days before its end when a club is reminded',
      update: true,
      rule: z.number().int().min(1, 'must be 1 or more').max(365, 'is too large'),
    },
    updatedAt: { label: 'Changed', list: false },
  },
  sort: ['id', 'asc'],
});

/** The resources in the order of the navigation. */
export const resources = [clubs, activities, enrolments, clubMessages, recipients, settings];
