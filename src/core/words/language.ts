// The languages of the panel and of the public pages, and which of them somebody reads. The rule: English is always there to fall back on.
import { z } from 'zod';

/** The languages, English first. */
export const languages = ['en', 'zh', 'ru', 'nl'] as const;

export type Language = (typeof languages)[number];

/** What each language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  zh: '中文',
  ru: 'Русский',
  nl: 'Nederlands',
};

/** For a column that holds one of the languages: its words, and the rule of what is written. */
export const languageColumn = {
  values: {
    en: { label: languageNames.en },
    zh: { label: languageNames.zh },
    ru: { label: languageNames.ru },
    nl: { label: languageNames.nl },
  },
  rule: z.enum(languages),
};

/** How numbers and dates are written in each language (BCP 47). */
export const locales: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN', ru: 'ru-RU', nl: 'nl-NL' };

/** Returns the language that a tag such as "zh-CN" names; undefined for one that we do not have. */
export function readLanguage(tag: unknown): Language | undefined {
  const first = typeof tag === 'string' ? tag.trim().toLowerCase().split('-')[0] : undefined;
  return languages.find((one) => one === first);
}

/** Returns the best of our languages for an Accept-Language header (RFC 9110, 12.5.4); English when none fits. */
export function acceptedLanguage(header: unknown): Language {
  if (typeof header !== 'string') return 'en';
  const wishes = header
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag, ...rest] = part.split(';');
      const quality = rest.map((one) => /^\s*q=([\d.]+)\s*$/i.exec(one)?.[1]).find(Boolean);
      return { language: readLanguage(tag), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ language, quality }) => language !== undefined && quality > 0)
    .sort((one, other) => other.quality - one.quality);
  return wishes[0]?.language ?? 'en';
}
