// How a text of a message is called: by what it is for and by its language.
import { expect, test } from 'vitest';
import { mailTemplates } from '../../../src/core/house/mail-templates.ts';
import { recordTitle } from '../../../src/core/records/view.ts';

test.each([
  ['nl', 'Notice, in Nederlands'],
  ['en', 'Notice, in English'],
  // A declaration may have texts in more languages than the panel speaks.
  ['de', 'Notice, in de'],
  ['zh-TW', 'Notice, in zh-TW'],
])('a text in %s is called “%s”', (language, title) => {
  expect(recordTitle(mailTemplates, { id: 'x', label: 'Notice', language })).toBe(title);
});
