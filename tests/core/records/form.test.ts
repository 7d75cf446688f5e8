// Forms from zod schemas: what the browser draws, and what the server lets through.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { describeForm, parseForm } from '../../../src/core/records/form.ts';

const schema = z.object({
  channel: z
    .enum(['sms', 'email'])
    .default('sms')
    .meta({ label: 'Way', labels: { sms: 'By phone' } }),
  text: z.string().max(500).meta({ help: 'What they read' }),
  note: z.string().optional().meta({ widget: 'longText' }),
  count: z.number().int().min(1).max(5),
  ratio: z.number().nullable(),
  sure: z.boolean().default(false),
  tags: z.array(z.enum(['a', 'b'])).optional(),
  day: z.iso.date(),
  firstName: z.string().min(1).max(50).trim(),
  place: z.string().max(64).optional().meta({ reference: 'Workshop' }),
});

describe('describeForm', () => {
  test('tells each field with its kind, bounds, choices and words', () => {
    expect(describeForm(schema)).toEqual([
      {
        name: 'channel',
        label: 'Way',
        kind: 'choice',
        required: false,
        default: 'sms',
        options: [
          { value: 'sms', label: 'By phone' },
          { value: 'email', label: 'Email' },
        ],
      },
      { name: 'text', label: 'Text', help: 'What they read', kind: 'longText', required: true, maxLength: 500 },
      { name: 'note', label: 'Note', kind: 'longText', required: false },
      { name: 'count', label: 'Count', kind: 'number', required: true, min: 1, max: 5 },
      { name: 'ratio', label: 'Ratio', kind: 'number', required: false },
      { name: 'sure', label: 'Sure', kind: 'boolean', required: false, default: false },
      {
        name: 'tags',
        label: 'Tags',
        kind: 'choices',
        required: false,
        options: [
          { value: 'a', label: 'A' },
          { value: 'b', label: 'B' },
        ],
      },
      { name: 'day', label: 'Day', kind: 'date', required: true },
      { name: 'firstName', label: 'First name', kind: 'text', required: true, maxLength: 50 },
      { name: 'place', label: 'Place', kind: 'reference', required: false, model: 'Workshop', maxLength: 64 },
    ]);
    expect(describeForm(undefined)).toEqual([]);
  });

  test('refuses what no form can show, by name', () => {
    expect(() => describeForm(z.object({ when: z.date() }))).toThrow();
    expect(() => describeForm(z.object({ nested: z.object({ a: z.string() }) }))).toThrow('nested');
    expect(() => describeForm(z.object({ list: z.array(z.string()) }))).toThrow('list');
  });
});

describe('parseForm', () => {
  const good = { text: 'Hello', count: 2, ratio: null, day: '2026-05-03', firstName: ' Ada ' };

  test('fills in defaults', () => {
    expect(parseForm(schema, good)).toMatchObject({ channel: 'sms', sure: false, firstName: 'Ada' });
  });

  test.each([
    ['channel', 'pigeon'],
    ['count', 6],
    ['count', '2'],
    ['count', { gt: 1 }],
    ['day', '2026-02-30'],
    ['text', undefined],
    ['text', 'a\0'],
    ['text', '\ud800'],
    ['text', { contains: '' }],
    ['tags', ['c']],
    ['unknown', 'x'],
    ['firstName', ''],
  ])('names the field at fault: %s %j', (name, value) => {
    expect(() => parseForm(schema, { ...good, [name]: value })).toThrow(
      expect.objectContaining({ code: 'invalid', status: 400, fields: { [name]: expect.any(String) } }),
    );
  });

  test('names every field at once, also one called __proto__', () => {
    const input = JSON.parse(
      '{"__proto__": {"text": "x"}, "count": 9, "text": "x", "ratio": 1, "day": "2026-05-03", "firstName": "A"}',
    );
    try {
      parseForm(schema, input);
      expect.unreachable();
    } catch (error) {
      expect(Object.keys((error as { fields: object }).fields).sort()).toEqual(['__proto__', 'count']);
    }
  });

  test.each([null, undefined, [], 'text', 5])('refuses what is no form: %j', (input) => {
    expect(() => parseForm(schema, input)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});
