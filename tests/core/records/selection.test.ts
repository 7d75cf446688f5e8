// Selections: the row scope stays around whatever was chosen, and words say what was.
import { describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/core/access.ts';
import {
  parseSelection,
  type Selection,
  selectionInWords,
  selectionWhere,
} from '../../../src/core/records/selection.ts';
import { actorWith } from '../../kit/core.ts';
import { recipients } from '../../kit/sample-module.ts';

const all = actorWith(['sample:read']);
const narrow: Actor = { ...all, scope: 'sample-campaign', scopeId: 'c1' };

describe('selectionWhere', () => {
  test('keeps the scope around ids and around everything', () => {
    expect(selectionWhere(recipients, narrow, { ids: ['a', 'a', 'b'] })).toEqual({
      AND: [{ campaignId: 'c1' }, { id: { in: ['a', 'b'] } }],
    });
    const where = selectionWhere(recipients, narrow, {
      all: true,
      filters: { 'state.is': 'mailed' },
      q: '50%',
      except: ['x'],
    });
    expect(where).toEqual({
      AND: [
        {
          AND: [
            { campaignId: 'c1' },
            {
              OR: [
                { email: { contains: '50\\%', mode: 'insensitive' } },
                { name: { contains: '50\\%', mode: 'insensitive' } },
              ],
            },
            { state: { in: ['mailed'] } },
          ],
        },
        { id: { notIn: ['x'] } },
      ],
    });
  });

  test('gives nothing to somebody who sees nothing', () => {
    for (const selection of [{ ids: ['a'] }, { all: true as const }])
      expect(() => selectionWhere(recipients, { ...narrow, scopeId: null }, selection)).toThrow(
        expect.objectContaining({ code: 'not-found' }),
      );
  });

  test.each([
    [{}],
    [null],
    [[]],
    ['all'],
    [{ all: false }],
    [{ all: 'true' }],
    [{ ids: [] }],
    [{ ids: ['a b'] }],
    [{ ids: [{ gt: '' }] }],
    [{ ids: 'a' }],
    [{ ids: ['a'], all: true }],
    [{ ids: Array.from({ length: 1001 }, (_, index) => `id${index}`) }],
    [{ all: true, filters: { 'tokenHash.is': 'x' } }],
    [{ all: true, filters: { 'number.is': '7' } }],
    [{ all: true, filters: { 'state.is': { not: 'x' } } }],
    [{ all: true, filters: { state: 'added' } }],
    [{ all: true, view: 9 }],
    [{ all: true, view: -1 }],
    [{ all: true, q: 'a\0' }],
    [{ all: true, where: {} }],
    [{ all: true, except: ['../x'] }],
    [{ all: true, filters: { __proto__x: 'y' } }],
  ])('refuses %j', (selection) => {
    expect(() => selectionWhere(recipients, all, selection as Selection)).toThrow(
      expect.objectContaining({ code: 'invalid', status: 400, fields: expect.anything() }),
    );
  });

  test('a thousand ids are not too many', () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `id${index}`);
    expect(parseSelection({ ids })).toEqual({ ids });
  });
});

test('words say what was chosen', () => {
  expect(selectionInWords(recipients, { ids: ['a'] })).toBe('1 chosen recipient');
  expect(selectionInWords(recipients, { ids: ['a', 'b'] })).toBe('2 chosen recipients');
  expect(selectionInWords(recipients, { all: true })).toBe('all recipients');
  expect(
    selectionInWords(recipients, {
      all: true,
      view: 0,
      q: 'ada',
      except: ['x', 'y'],
      filters: {
        'state.is': ['added', 'mailed'],
        'email.contains': 'example',
        'problem.empty': 'true',
        'createdAt.from': '2026-01-01',
      },
    }),
  ).toBe(
    'all recipients: With problem, State is Added or Mailed, E-mail contains “example”, Problem is empty, Added from 2026-01-01, “ada” found, except 2',
  );
});
