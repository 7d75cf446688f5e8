// What the panel and its mails speak. The page is loaded anew with it, because every sentence of it changes.
import React, { useState } from 'react';
import { post } from '../api.ts';
import { Refusal, useSending } from '../parts/sending.tsx';
import { apiPath } from '../paths.ts';
import type { AccountView } from '../types.ts';
import { say } from '../words.ts';

type Language = AccountView['language'];

// Each language is named in itself: whoever looks for it may not read the present one.
const names: readonly (readonly [NonNullable<Language>, string])[] = [
  ['en', 'English'],
  ['zh', '中文'],
  ['ru', 'Русский'],
  ['nl', 'Nederlands'],
];

/** Draws the choice of the language; choosing saves it. */
export function LanguageForm({ language: before }: { language: Language }) {
  const [language, setLanguage] = useState(before);
  const { isBusy, trouble, send } = useSending();
  const choose = (next: Language) => {
    setLanguage(next);
    void send(async () => {
      await post(apiPath('me', 'language'), { language: next });
      window.location.reload();
    });
  };
  return (
    <section className="card form" aria-labelledby="language">
      <h2 id="language">{say('Language')}</h2>
      <div className="field">
        <label htmlFor="language-choice">{say('Language of the panel and of its mails to you')}</label>
        <select
          id="language-choice"
          value={language ?? ''}
          disabled={isBusy}
          onChange={(event) => choose(names.find(([one]) => one === event.target.value)?.[0] ?? null)}
        >
          <option value="">{say('As the browser asks')}</option>
          {names.map(([one, name]) => (
            <option key={one} value={one} lang={one}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <Refusal words={trouble} />
    </section>
  );
}
