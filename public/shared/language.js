// Languages of the public pages: the reader's own choice first, then the browser's, then English.

const names = { en: 'English', zh: '中文', ru: 'Русский', nl: 'Nederlands' };
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

/** Returns the current language, for dates and numbers. */
export function currentLanguage() {
  return current;
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
  const apply = () => {
    document.documentElement.lang = current === 'zh' ? 'zh-CN' : current;
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
