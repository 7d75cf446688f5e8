// The audit in the panel: read only, and taken away as a file. Nothing here changes an entry.
import { resource } from '../resource.ts';
import { recordKinds } from './record-kinds.ts';

const permission = 'core:audit';

/** Who did what to which record. */
export const auditEntries = resource('AuditEntry', {
  label: { one: 'audit entry', many: 'audit entries' },
  group: 'Settings',
  icon: 'FileText',
  title: 'summary',
  permissions: { read: permission, export: permission },
  columns: {
    at: { label: 'When', filter: true, sort: true },
    kind: {
      label: 'Kind',
      filter: true,
      values: {
        create: { label: 'Created', tone: 'good' },
        update: { label: 'Changed', tone: 'quiet' },
        delete: { label: 'Deleted', tone: 'bad' },
        action: { label: 'Action', tone: 'quiet' },
        export: { label: 'Export', tone: 'quiet' },
        signIn: { label: 'Sign-in', tone: 'quiet' },
        signOut: { label: 'Sign-out', tone: 'quiet' },
        refused: { label: 'Refused', tone: 'bad' },
      },
    },
    actor: { label: 'Who', filter: true },
    summary: { label: 'What', filter: true, words: true },
    recordTitle: { label: 'Record', filter: true },
    resource: { label: 'Records of', list: false, filter: true, choices: recordKinds },
    recordId: { label: 'Id', list: false, filter: true },
    runId: { label: 'Run', list: false, filter: true },
    before: { label: 'Before', list: false },
    after: { label: 'After', list: false },
  },
  sort: ['at', 'desc'],
});
