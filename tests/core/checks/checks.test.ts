// The checks at start: all mistakes at once, each with its id. And what is sound passes.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { action } from '../../../src/core/action.ts';
import { checkDeclarations, describeProblems } from '../../../src/core/checks/checks.ts';
import { houseModule } from '../../../src/core/house/module.ts';
import { mail } from '../../../src/core/mail.ts';
import { defineModule, type ModuleDeclaration } from '../../../src/core/module.ts';
import { type AnyResource, resource } from '../../../src/core/resource.ts';
import { plainEnvelope, route } from '../../../src/core/route.ts';
import { moduleVariables } from '../../../src/core/variables.ts';
import { sampleModule } from '../../kit/sample-module.ts';

const permissions = { 'x:read': 'Read', 'x:write': 'Write' };
const base = {
  label: { one: 'a', many: 'b' },
  group: 'X',
  title: 'title',
  permissions: { read: 'x:read' },
  columns: { title: { label: 'Title' } },
  sort: ['title', 'asc'],
} as const;
const each = async () => undefined;
const act = (declaration: object) =>
  action('Campaign', {
    name: 'act',
    label: { one: 'a', many: 'b' },
    permission: 'x:read',
    each,
    ...declaration,
  } as never);
const get = (path: string) => route({ method: 'get', path, summary: 's', handle: async () => 1 });

function ids(modules: ModuleDeclaration[]): string[] {
  return checkDeclarations(modules).map(({ id }) => id.replace('steward.', ''));
}

function module(part: object): ModuleDeclaration {
  return defineModule({ name: 'x', label: 'X', permissions, resources: [], ...part } as ModuleDeclaration);
}

function campaign(part: object): ModuleDeclaration {
  return module({ resources: [resource('Campaign', { ...base, ...part } as never)] });
}

describe('sound declarations pass', () => {
  test('the sample and a plain module', () => {
    expect(describeProblems(checkDeclarations([sampleModule]))).toContain('0 mistake');
    expect(checkDeclarations([campaign({})])).toEqual([]);
  });

  test('the house itself, apart from browser components that may not be built yet', () => {
    expect(checkDeclarations([houseModule]).filter(({ id }) => id !== 'steward.E021')).toEqual([]);
  });
});

const mistakes: [id: string, what: string, modules: ModuleDeclaration[]][] = [
  ['E001', 'two modules of one name', [module({ permissions: {} }), module({ permissions: {} })]],
  ['E002', 'a need that does not exist', [module({ needs: ['nowhere'] })]],
  ['E003', 'needs in a circle', [module({ needs: ['y'] }), module({ name: 'y', permissions: {}, needs: ['x'] })]],
  [
    'E004',
    'a resource declared twice',
    [module({ resources: [resource('Campaign', base as never), resource('Campaign', base as never)] })],
  ],
  ['E005', 'an unknown model', [module({ resources: [{ ...base, model: 'Nothing' } as never] })]],
  ['E005', 'a model without a text id', [module({ resources: [{ ...base, model: 'Setting' } as never] })]],
  ['E006', 'an unknown column', [campaign({ columns: { title: { label: 'T' }, nothing: { label: 'N' } } })]],
  [
    'E006',
    'words for a value that the enumeration does not have',
    [
      module({
        resources: [
          resource('Operator', {
            ...base,
            title: 'name',
            sort: ['name', 'asc'],
            columns: { state: { label: 'S', values: { gone: { label: 'Gone' } } } },
          } as never),
        ],
      }),
    ],
  ],
  ['E007', 'a title that is no column', [campaign({ title: 'nothing' })]],
  ['E008', 'a sort that is no column', [campaign({ sort: ['nothing', 'asc'] })]],
  ['E008', 'a sort in no direction', [campaign({ sort: ['title', 'up'] })]],
  ['E009', 'a search without a trigram index', [campaign({ columns: { slug: { label: 'S', search: true } } })]],
  ['E010', 'an unknown permission of a resource', [campaign({ permissions: { read: 'x:nothing' } })]],
  [
    'E010',
    'an unknown permission of a column',
    [campaign({ columns: { title: { label: 'T', permission: 'toString' } } })],
  ],
  [
    'E010',
    'an unknown permission of a card',
    [module({ cards: [{ title: 'C', permission: 'y:z', load: async () => ({ figures: [] }) }] })],
  ],
  [
    'E010',
    'an unknown permission of a route',
    [module({ routes: { envelope: plainEnvelope, list: [{ ...get('/a'), permission: 'y:z' }] } })],
  ],
  ['E010', 'an unknown permission of a role', [module({ roles: { r: { permissions: ['y:z'] } } })]],
  ['E010', 'a permission that is not module:verb', [module({ permissions: { 'just words': 'W' } })]],
  ['E011', 'no permission for reading', [campaign({ permissions: { create: 'x:write' }, write: { create: each } })]],
  ['E012', 'two actions of one name', [campaign({ actions: [act({}), act({})] })]],
  ['E012', 'an action that is not in kebab-case', [campaign({ actions: [act({ name: 'Send It' })] })]],
  ['E013', 'an action that does nothing', [campaign({ actions: [act({ each: undefined })] })]],
  ['E013', 'an action with each and all', [campaign({ actions: [act({ all: each })] })]],
  ['E014', 'a form that cannot be shown', [campaign({ actions: [act({ form: z.object({ when: z.date() }) })] })]],
  [
    'E015',
    'an eligible filter on an unknown column',
    [campaign({ actions: [act({ eligible: [{ where: { nothing: 1 }, otherwise: 'o' }] })] })],
  ],
  [
    'E015',
    'an eligible filter that holds undefined',
    [campaign({ actions: [act({ eligible: [{ where: { NOT: [{ title: undefined }] }, otherwise: 'o' }] })] })],
  ],
  [
    'E015',
    'an eligible filter on a value that does not exist',
    [
      campaign({
        actions: [
          act({ eligible: [{ where: { recipients: { some: { state: { in: ['lost'] } } } }, otherwise: 'o' }] }),
        ],
      }),
    ],
  ],
  [
    'E015',
    'a scope on an unknown relation',
    [{ ...campaign({ scopes: { s: () => ({ people: {} }) } }), scopes: { s: { label: 'S', resource: 'Campaign' } } }],
  ],
  ['E016', 'an asynchronous title', [campaign({ title: async () => 'x' })]],
  [
    'E016',
    'an asynchronous scope',
    [{ ...campaign({ scopes: { s: async () => ({}) } }), scopes: { s: { label: 'S', resource: 'Campaign' } } }],
  ],
  [
    'E016',
    'an asynchronous envelope',
    [module({ routes: { envelope: { ...plainEnvelope, success: async () => ({}) }, list: [] } })],
  ],
  ['E017', 'a scope that no module declares', [campaign({ scopes: { nothing: () => ({}) } })]],
  ['E017', 'a role with an unknown scope', [module({ roles: { r: { permissions: [], scope: 'nothing' } } })]],
  ['E017', 'a scope bound to no model', [module({ scopes: { s: { label: 'S', resource: 'Nothing' } } })]],
  [
    'E018',
    'a visible secret',
    [
      module({
        resources: [
          resource('Recipient', {
            ...base,
            title: 'name',
            sort: ['name', 'asc'],
            columns: { tokenHash: { label: 'T' } },
          } as never),
        ],
      }),
    ],
  ],
  [
    'E018',
    'a secret that can only be filtered',
    [
      module({
        resources: [
          resource('Recipient', {
            ...base,
            title: 'name',
            sort: ['name', 'asc'],
            columns: { tokenHash: { label: 'T', list: false, show: false, filter: true } },
          } as never),
        ],
      }),
    ],
  ],
  [
    'E018',
    'a secret as title',
    [
      module({
        resources: [
          resource('Recipient', { ...base, title: 'tokenHash', sort: ['name', 'asc'], columns: {} } as never),
        ],
      }),
    ],
  ],
  [
    'E019',
    'two routes at one address',
    [module({ routes: { envelope: plainEnvelope, list: [get('/a/:code'), get('/A/:id/')] } })],
  ],
  [
    'E020',
    'a mail whose example does not fill its template',
    [
      module({
        mails: [
          mail({
            name: 'x.m',
            label: 'M',
            texts: { en: { subject: 'Hi {{ name }}', text: '{{ missing }}' } },
            example: { name: 'Ada' },
          }),
        ],
      }),
    ],
  ],
  [
    'E020',
    'a mail whose second language is broken',
    [
      module({
        mails: [
          mail({
            name: 'x.m',
            label: 'M',
            texts: { en: { subject: 'a', text: 'b' }, zh: { subject: 'a', text: '{% if %}' } },
            example: {},
          }),
        ],
      }),
    ],
  ],
  [
    'E037',
    'a tool that draws an action which the resource does not have',
    [
      campaign({
        tools: {
          t: {
            label: 'T',
            component: 'TextEditor',
            permission: 'x:read',
            actions: ['nothing'],
            load: each,
            calls: {},
          },
        },
      }),
    ],
  ],
  [
    'E021',
    'a tool without a component',
    [
      campaign({
        tools: { t: { label: 'T', component: 'NoSuchComponent', permission: 'x:read', load: each, calls: {} } },
      }),
    ],
  ],
  [
    'E022',
    'a foreign key to what nobody shows',
    [
      module({
        resources: [
          resource('Recipient', {
            ...base,
            title: 'name',
            sort: ['name', 'asc'],
            columns: { campaignId: { label: 'C' } },
          } as never),
        ],
      }),
    ],
  ],
  [
    'E023',
    'a child list by an unknown column',
    [campaign({ children: [{ resource: 'Campaign', by: 'nothing', label: 'N' }] })],
  ],
  [
    'E023',
    'a child list that cannot be filtered',
    [campaign({ children: [{ resource: 'Campaign', by: 'slug', label: 'N' }] })],
  ],
  [
    'E025',
    'two jobs of one name',
    [
      module({
        jobs: [
          { name: 'x.j', data: z.object({}), run: each },
          { name: 'x.j', data: z.object({}), run: each },
        ],
      }),
    ],
  ],
  ['E025', 'a variable that the house has already', [module({ variables: moduleVariables({ PORT: z.string() }) })]],
  ['E026', 'a view on an unknown column', [campaign({ views: [{ label: 'V', where: { nothing: null } }] })]],
  [
    'E026',
    'a view that wants null where there is none',
    [campaign({ views: [{ label: 'V', where: { title: null } }] })],
  ],
  [
    'E027',
    'a worked-out column with the name of a column',
    [campaign({ computed: { title: { label: 'T', of: each } } })],
  ],
  ['E028', 'an id that people could write', [campaign({ columns: { id: { label: 'I', update: true } } })]],
  ['E029', 'a filter on JSON', [campaign({ columns: { layout: { label: 'L', filter: true } } })]],
  [
    'E030',
    'a form without what a new record needs',
    [campaign({ permissions: { read: 'x:read', create: 'x:write' } })],
  ],
  ['E031', 'an action of another model', [campaign({ actions: [{ ...act({}), model: 'Recipient' }] })]],
  [
    'E032',
    'a secret kept as it was typed',
    [
      module({
        resources: [
          resource('MailAccount', {
            ...base,
            title: 'name',
            sort: ['name', 'asc'],
            columns: { passwordSealed: { label: 'P', list: false, show: false, update: true } },
          } as never),
        ],
      }),
    ],
  ],
];

test.each(mistakes)('%s: %s', (id, _what, modules) => {
  expect(ids(modules)).toContain(id);
});

test('all mistakes are told at once, each with a place and a hint', () => {
  // Each mistake in a module of its own, so that only what is about several at once adds to it.
  const modules = mistakes.flatMap(([, , list], index) =>
    list.map((one) => ({ ...one, name: `m${index}-${one.name}` })),
  );
  const problems = checkDeclarations(modules as ModuleDeclaration[]);
  const found = new Set(problems.map(({ id }) => id.replace('steward.', '')));
  const expected = new Set(mistakes.map(([id]) => id).filter((id) => !['E001', 'E003', 'E012', 'E022'].includes(id)));
  expect([...expected].filter((id) => !found.has(id))).toEqual([]);
  for (const one of problems)
    expect(one).toEqual({
      id: expect.stringMatching(/^steward\.E\d{3}$/),
      where: expect.stringMatching(/./),
      message: expect.stringMatching(/./),
      hint: expect.stringMatching(/./),
    });
  const text = describeProblems(problems);
  expect(text.split('→')).toHaveLength(problems.length + 1);
});

test('one broken resource does not hide the others', () => {
  const broken = { ...base, model: 'Nothing' } as unknown as AnyResource;
  expect(ids([module({ resources: [broken, resource('Campaign', { ...base, title: 'nothing' } as never)] })])).toEqual([
    'E005',
    'E007',
  ]);
});
