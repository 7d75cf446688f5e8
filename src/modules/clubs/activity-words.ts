// The words of activities in the panel: of their columns and of what may be chosen.
import type { writtenColumns } from './activity-fields.ts';

/** What the columns are called. */
export const columnLabels: Readonly<Record<(typeof writtenColumns)[number], string>> = {
  name: 'Name',
  startsAt: 'Begins at',
  endsAt: 'Ends at',
  campuses: 'Campus',
  location: 'Location',
  condition: 'For whom',
  sponsor: 'Organiser',
  type: 'Kind',
  shownFrom: 'Shown from',
  shownUntil: 'Shown until',
  detail: 'Details',
  reward: 'Reward',
  introduction: 'Introduction',
  requirement: 'Requirements',
  poster: 'Poster',
  qrcode: 'QR code',
  email: 'E-mail',
  enrolWay: 'How to enrol',
  enrolUntil: 'Enrolment until',
  enrolling: 'Enrolment',
  capacity: 'Places',
};

export const typeValues = {
  charity: { label: 'Charity' },
  sports: { label: 'Sports' },
  contest: { label: 'Competition' },
  lecture: { label: 'Lecture' },
  outdoor: { label: 'Outdoor' },
  leisure: { label: 'Leisure' },
  show: { label: 'Show' },
} as const;

export const campusValues = {
  east: { label: 'East campus' },
  south: { label: 'South campus' },
  north: { label: 'North campus' },
  zhuhai: { label: 'Zhuhai campus' },
} as const;

export const enrollingValues = {
  none: { label: 'Not here', tone: 'quiet' },
  open: { label: 'Open for enrolment', tone: 'good' },
  closed: { label: 'Closed', tone: 'quiet' },
} as const;

/** Every choice in words. */
export const choiceWords: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ ...typeValues, ...campusValues, ...enrollingValues }).map(([value, { label }]) => [value, label]),
);
