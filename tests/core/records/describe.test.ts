// What the browser is told of a resource: no more than the actor may use.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { action } from '../../../src/core/action.ts';
import { mailAccounts } from '../../../src/core/house/mail-accounts.ts';
import { houseModule } from '../../../src/core/house/module.ts';
import { messages } from '../../../src/core/house/outbox.ts';
import { describeResource } from '../../../src/core/records/describe.ts';
import { titleInWords } from '../../../src/core/records/in-words.ts';
import { buildRegistry } from '../../../src/core/registry.ts';
import { buildWords } from '../../../src/core/words/sentences.ts';
import { actorWith } from '../../kit/core.ts';
import { recipients, sampleModule } from '../../kit/sample-module.ts';

const send = action('Recipient', {
  name: 'send',
  label: { one: 'Send', many: 'Send {count}' },
  permission: 'sample:write',
  sends: true,
  form: z.object({ text: z.string().max(20) }),
  each: async () => undefined,
});
const withAction = { ...recipients, actions: [send] };
const registry = buildRegistry([
  houseModule,
  { ...sampleModule, resources: [...sampleModule.resources.filter((one) => one.model !== 'Recipient'), withAction] },
]);
const columnNames = (permissions: string[]) =>
  describeResource(withAction, actorWith(permissions), registry)?.columns.map(({ name }) => name);

test('a reader gets columns without those that need more, and nothing to press', () => {
  const view = describeResource(withAction, actorWith(['sample:read']), registry);
  expect(view).toMatchObject({
    model: 'Recipient',
    title: null,
    actions: [],
    children: [],
    may: { create: false, update: false, delete: false },
    hasSearch: true,
  });
  expect(view?.columns.some((column) => column.create || column.update)).toBe(false);
  expect(columnNames(['sample:read'])).not.toContain('number');
  expect(columnNames(['sample:read', 'sample:private'])).toContain('number');
});

test('a writer gets actions with their forms, and children that may be read', () => {
  const view = describeResource(
    withAction,
    actorWith(['sample:read', 'sample:write', 'sample:certificates']),
    registry,
  );
  expect(view?.actions).toEqual([
    {
      id: 'sample.send',
      name: 'send',
      label: { one: 'Send', many: 'Send {count}' },
      danger: false,
      sends: true,
      kind: 'each',
      form: [{ name: 'text', label: 'Text', kind: 'text', required: true, maxLength: 20 }],
    },
  ]);
  expect(view?.children).toEqual([{ resource: 'Certificate', by: 'recipientId', label: 'Certificates' }]);
  expect(view?.columns.find(({ name }) => name === 'campaignId')).toMatchObject({
    reference: 'Campaign',
    required: true,
    operations: ['is'],
  });
  expect(view?.columns.find(({ name }) => name === 'state')).toMatchObject({
    type: 'enum',
    display: 'state',
    values: expect.arrayContaining([
      { value: 'mailed', label: 'Mailed', tone: 'good' },
      { value: 'drawn', label: 'drawn' },
    ]),
  });
});

test('a password is a field to fill in, and in no list and on no page', () => {
  const view = describeResource(mailAccounts, actorWith(['core:mail-accounts']), registry);
  expect(view?.columns.find(({ name }) => name === 'passwordSealed')).toMatchObject({
    create: true,
    update: true,
    list: false,
    show: false,
    filter: false,
    sort: false,
  });
});

test('somebody without the permission, or whose scope leaves nothing, is told nothing', () => {
  expect(describeResource(withAction, actorWith([]), registry)).toBeUndefined();
  expect(
    describeResource(withAction, actorWith(['sample:read'], { scope: 'sample-campaign', scopeId: null }), registry),
  ).toBeUndefined();
});

test('what is told fits into JSON as it is', () => {
  const view = describeResource(withAction, actorWith(['*']), registry);
  expect(JSON.parse(JSON.stringify(view))).toEqual(view);
});

test('a tool may say that a record opens with it, and which actions it draws itself', () => {
  const tool = { component: 'TextEditor', permission: 'sample:read', load: async () => ({}), calls: {} };
  const review = { ...tool, label: 'Review', opensFirst: true as const, actions: ['approve'] };
  const tools = { look: { ...tool, label: 'Look' }, review };
  const view = describeResource({ ...withAction, tools }, actorWith(['sample:read']), registry);
  expect(view?.tools).toEqual([
    { name: 'look', label: 'Look', component: 'TextEditor', actions: [] },
    { name: 'review', label: 'Review', component: 'TextEditor', opensFirst: true, actions: ['approve'] },
  ]);
});

test('a title that is a sentence of ours is said in the reader’s language, one that people typed is not', () => {
  const words = buildWords('nl', [{ 'Order {number}': 'Bestelling {number}' }]);
  const made = { ...withAction, title: () => 'Order 7' };
  expect(titleInWords(words, { ...made, titleIsWords: true }, 'Order 7')).toBe('Bestelling 7');
  expect(titleInWords(words, made, 'Order 7')).toBe('Order 7');
});

test('an empty list says to a reader of part of the rows that it is a part, and to who reads all that there is nothing', () => {
  const emptyFor = (permissions: string[]) => describeResource(messages, actorWith(permissions), registry)?.empty;
  expect(emptyFor(['*'])).toBe('Nothing was sent yet.');
  expect(emptyFor(['core:outbox'])).toContain('records that you may read');
});

test('a day or a minute in such a title is said as the reader writes it; what people typed keeps its digits', () => {
  const made = { ...withAction, title: () => 'Report of 2026-11-30' };
  const [english, dutch] = [buildWords('en', []), buildWords('nl', [{ 'Report of {day}': 'Melding van {day}' }])];
  const ours = { ...made, titleIsWords: true as const };
  expect(titleInWords(english, ours, 'Report of 2026-11-30 10:48')).toBe('Report of 30 Nov 2026, 10:48');
  expect(titleInWords(dutch, ours, 'Report of 2026-05-03')).toBe('Melding van 3 mei 2026');
  expect(titleInWords(english, ours, 'Report of 2026-13-45')).toBe('Report of 2026-13-45');
  expect(titleInWords(english, made, 'Report of 2026-11-30')).toBe('Report of 2026-11-30');
});
