// What is only looked at: the operator log, phones on their way, what the stand-in got, who committed to words. Codes are shown to nobody.
import { resource } from '../../core/index.ts';
import { group, manage, read, taken } from './columns.ts';

/** Every try to hand data over, with the operator's answer. */
export const operatorLog = resource('HandOver', {
  label: { one: 'operator log entry', many: 'operator log entries' },
  group,
  inNavigation: true,
  icon: 'List',
  title: (row) => `${row.email}: ${row.httpStatus ?? '–'}`,
  permissions: { read, export: taken },
  columns: {
    at: { label: 'When', filter: true, sort: true },
    email: { label: 'E-mail', filter: true },
    result: {
      label: 'Result',
      display: 'state',
      filter: true,
      values: {
        accepted: { label: 'Accepted', tone: 'good' },
        rejected: { label: 'Rejected', tone: 'bad' },
        later: { label: 'Tried again later', tone: 'busy' },
        unknown: { label: 'May have arrived', tone: 'bad' },
      },
    },
    httpStatus: { label: 'HTTP status', filter: true, sort: true },
    response: { label: 'Answer (100 characters)', filter: true },
    wholeResponse: { label: 'Whole answer', list: false, display: 'longText' },
    participantId: { label: 'Participant', filter: true },
    contestId: { label: 'Contest', list: false, show: false },
    messageId: { label: 'Message', list: false, filter: true },
  },
  sort: ['at', 'desc'],
  views: [
    { label: 'Accepted', where: { result: 'accepted' } },
    { label: 'Rejected', where: { result: 'rejected' } },
    { label: 'Unknown', where: { result: 'unknown' } },
  ],
  empty: 'Nothing was sent to an operator yet.',
});

/** Phones that were sent a code, until they are registered. */
export const phoneVerifications = resource('PhoneVerification', {
  label: { one: 'phone verification', many: 'phone verifications' },
  group,
  icon: 'Smartphone',
  title: 'phone',
  permissions: { read, delete: manage },
  columns: {
    phone: { label: 'Phone', filter: true },
    contestId: { label: 'Contest', filter: true },
    tries: { label: 'Tries' },
    expiresAt: { label: 'Code works until', filter: true, sort: true },
    verifiedAt: { label: 'Verified', filter: true, sort: true },
    messageId: { label: 'Message', list: false },
    createdAt: { label: 'First asked', filter: true, sort: true },
  },
  sort: ['createdAt', 'desc'],
  views: [
    { label: 'Verified', where: { verifiedAt: { not: null } } },
    { label: 'Not verified', where: { verifiedAt: null } },
  ],
  empty: 'Nobody is on the way to register.',
});

/** What the stand-in for the operator has got. */
export const testSendings = resource('TestSending', {
  label: { one: 'test sending', many: 'test sendings' },
  group,
  icon: 'Inbox',
  title: (row) => `${row.firstName} ${row.secondName}`,
  permissions: { read, delete: manage },
  columns: {
    number: { label: 'ID', sort: true },
    firstName: { label: 'First name', filter: true },
    secondName: { label: 'Family name', filter: true },
    patronymic: { label: 'Patronymic', list: false },
    birthday: { label: 'Birthday' },
    districtId: { label: 'District' },
    address: { label: 'Address', list: false },
    email: { label: 'E-mail', filter: true },
    phone: { label: 'Phone', filter: true },
    signature: { label: 'Signature', list: false },
    receivedAt: { label: 'Received', filter: true, sort: true },
  },
  sort: ['receivedAt', 'desc'],
  empty: 'In development, /api/test/create/ plays the operator; what it gets appears here.',
});

/** Who committed to which words for a seed. */
export const commitments = resource('DrawCommitment', {
  label: { one: 'commitment', many: 'commitments' },
  group,
  icon: 'EyeOff',
  title: 'name',
  permissions: { read },
  columns: {
    drawId: { label: 'Draw', filter: true },
    name: { label: 'Who' },
    commitment: { label: 'SHA-256 of the words' },
    committedAt: { label: 'Committed', sort: true },
    words: { label: 'Words' },
    revealedAt: { label: 'Told' },
  },
  sort: ['committedAt', 'asc'],
  empty: 'Members of staff commit here to the words of a draw’s seed.',
});
