// API keys and kept files in the panel. A key shows its first letters only, a file its name: neither hash nor place ever leaves.
import { action } from '../action.ts';
import { revokeApiKey } from '../people/api-keys.ts';
import { resource } from '../resource.ts';
import { recordKinds } from './record-kinds.ts';

const keyPermission = 'core:api-keys';

const revoke = action('ApiKey', {
  name: 'revoke-key',
  label: { one: 'Revoke the key', many: 'Revoke {count} keys' },
  description: 'Programs that use them are refused from now on. It cannot be undone.',
  permission: keyPermission,
  icon: 'XCircle',
  danger: true,
  eligible: [{ where: { revokedAt: null }, otherwise: 'is revoked already' }],
  async each(key, { work }) {
    await revokeApiKey(work, key.id);
    return undefined;
  },
});

/** Keys for programs. */
export const apiKeys = resource('ApiKey', {
  label: { one: 'API key', many: 'API keys' },
  group: 'People',
  icon: 'Key',
  title: 'name',
  permissions: { read: keyPermission },
  columns: {
    name: { label: 'Name', filter: true, sort: true },
    hint: { label: 'Begins with' },
    permissions: { label: 'Permissions', filter: true },
    operatorId: { label: 'Operator', filter: true },
    scopeId: { label: 'Bound to record', list: false, filter: true },
    expiresAt: { label: 'Ends', filter: true, sort: true },
    lastUsedAt: { label: 'Last used', filter: true, sort: true },
    revokedAt: { label: 'Revoked', filter: true },
    createdAt: { label: 'Made', sort: true, list: false },
  },
  sort: ['createdAt', 'desc'],
  views: [{ label: 'In use', where: { revokedAt: null } }],
  actions: [revoke],
  empty: 'No program has a key. Make one on an operator’s page under “Access”.',
});

/** Kept files: uploads and what was produced. */
export const storedFiles = resource('StoredFile', {
  label: { one: 'file', many: 'files' },
  group: 'Settings',
  icon: 'Archive',
  title: 'name',
  permissions: { read: 'core:files' },
  columns: {
    name: { label: 'Name', filter: true, sort: true },
    type: { label: 'Type', filter: true },
    size: { label: 'Bytes', sort: true, filter: true },
    isPublic: { label: 'Public', filter: true },
    resource: { label: 'Of', filter: true, choices: recordKinds },
    recordId: { label: 'Id', list: false, filter: true },
    claimedAt: { label: 'Claimed', list: false, filter: true },
    expiresAt: { label: 'Ends', list: false, filter: true },
    createdAt: { label: 'Kept since', sort: true, filter: true },
  },
  computed: {
    link: {
      label: 'Download',
      display: 'link',
      list: false,
      // What a run made is had on the run's page, where it is asked who may see every column in it.
      of: async (rows, core) =>
        Object.fromEntries(
          rows
            .filter(({ resource }) => resource !== 'Run')
            .map(({ id }) => [id, core.files.link(id, { download: true })]),
        ),
    },
  },
  sort: ['createdAt', 'desc'],
});
