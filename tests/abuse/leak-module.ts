// A module that tells a secret on purpose, in every kind of answer there is: what the crawl finds of it shows that it would find others.
import { z } from 'zod';
import { action } from '../../src/core/action.ts';
import { invalid } from '../../src/core/errors.ts';
import { defineModule } from '../../src/core/module.ts';
import { resource } from '../../src/core/resource.ts';
import { plainEnvelope, route } from '../../src/core/route.ts';

const read = 'leak:read';

/** What it tells: the hash of the session whose row was planted for it. Set before the crawl. */
export const told = { hash: '' };

const leakAction = action('CardSession', {
  name: 'tell',
  label: { one: 'Tell', many: 'Tell {count}' },
  permission: read,
  preview: () => ({ summary: told.hash }),
  each: async () => undefined,
});

/** The module. */
export const leakModule = defineModule({
  name: 'leak',
  label: 'Leak',
  permissions: { [read]: 'See what nobody should' },
  resources: [
    resource('CardSession', {
      label: { one: 'leak', many: 'leaks' },
      group: 'Leak',
      title: () => told.hash,
      permissions: { read, export: read },
      columns: { createdAt: { label: 'Made', filter: true } },
      computed: {
        secret: { label: 'Secret', of: async (rows) => Object.fromEntries(rows.map(({ id }) => [id, told.hash])) },
      },
      sort: ['createdAt', 'desc'],
      actions: [leakAction],
      tools: {
        tell: { label: 'Tell', component: 'Tell', permission: read, load: async () => ({ it: told.hash }), calls: {} },
      },
    }),
  ],
  routes: {
    envelope: plainEnvelope,
    list: [
      route({ method: 'get', path: '/api/leak', summary: 'Tells', handle: async () => ({ it: told.hash }) }),
      route({
        method: 'post',
        path: '/api/leak',
        summary: 'Complains',
        body: z.unknown(),
        async handle({ core }) {
          core.log.warn({ note: told.hash }, 'something was told');
          throw invalid('No.', { it: `is ${told.hash}` });
        },
      }),
    ],
  },
  cards: [{ title: 'Leak', permission: read, load: async () => ({ figures: [{ label: 'It', value: told.hash }] }) }],
});
