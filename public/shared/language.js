// Languages of the public pages: the reader's own choice first, then the browser's, then English.

const names = { en: 'English', zh: '中文', ru: 'Русский', nl: 'Nederlands' };
/** How the page names its language (BCP 47), and so how dates and numbers are written: as the panel writes them. */
const tags = { en: 'en-GB', zh: 'zh-CN', ru: 'ru-RU', nl: 'nl-NL' };
const homeNames = { en: 'Start page', zh: '首页', ru: 'Главная страница', nl: 'Startpagina' };
const key = 'steward-language';

/** Returns the language to begin with. */
function firstLanguage() {
  try {
    const kept = localStorage.getItem(key);
    if (kept in names) return kept;
  } catch {
    // A browser that keeps nothing still speaks a language.
  }
  return navigator.languages.map((tag) => tag.split('-')[0]).find((tag) => tag in names) ?? 'en';
}

let current = firstLanguage();
let words = {};

/** Returns the current language, as our API names it. */
export function currentLanguage() {
  return current;
}

/** Returns the tag of the current language, for dates and numbers. */
export function currentTag() {
  return tags[current];
}

/** Returns the sentence of this key in the current language, with `{name}` replaced by values. */
export function say(sentence, values = {}) {
  const text = words[current]?.[sentence] ?? words.en[sentence] ?? sentence;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** Writes the page in the current language, draws the switch, and calls `changed` now and at each change. */
export function speak(dictionary, changed) {
  words = dictionary;
  const bar = document.querySelector('.languages');
  const home = location.pathname === '/' ? undefined : homeLink();
  if (home) bar.parentElement.prepend(home);
  const apply = () => {
    document.documentElement.lang = tags[current];
    home?.setAttribute('aria-label', homeNames[current]);
    for (const element of document.querySelectorAll('[data-say]')) element.textContent = say(element.dataset.say);
    for (const button of bar.children) button.setAttribute('aria-pressed', String(button.dataset.language === current));
    changed();
  };
  bar.replaceChildren(
    ...Object.entries(names).map(([code, name]) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.lang = code;
      button.dataset.language = code;
      button.textContent = name;
      button.addEventListener('click', () => {
        current = code;
        try {
          localStorage.setItem(key, code);
        } catch {
          // Then the choice lasts until the page is left.
        }
        apply();
      });
      return button;
    }),
  );
  apply();
}

/** Makes the way back to the page that explains what is here. */
function homeLink() {
  const link = document.createElement('a');
  link.href = '/';
  link.className = 'to-start';
  const drawing = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  const roof = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  roof.setAttribute('d', 'M3 10.5 12 3l9 7.5M5.5 9v11h13V9M10 20v-6h4v6');
  drawing.append(roof);
  link.append(drawing);
  return link;
}
