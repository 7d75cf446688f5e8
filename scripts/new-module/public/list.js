// The public list, in the reader's language.
import { say, speak } from '/shared/language.js';
import { dictionary } from './words.js';

const by = (id) => document.getElementById(id);
/** `loading`, `noAnswer`, `empty` or `shown`. */
let state = 'loading';

async function load() {
  try {
    const response = await fetch('/api/{{name}}', { credentials: 'omit' });
    if (!response.ok) throw new Error(String(response.status));
    const { {{records}} } = await response.json();
    by('names').replaceChildren(...{{records}}.map(item));
    state = {{records}}.length > 0 ? 'shown' : 'empty';
  } catch {
    state = 'noAnswer';
  }
  draw();
}

function item({ name }) {
  const element = document.createElement('li');
  element.dir = 'auto';
  element.textContent = name;
  return element;
}

function draw() {
  document.title = say('title');
  by('sheet').setAttribute('aria-busy', String(state === 'loading'));
  by('words').hidden = state === 'shown';
  by('words').textContent = state === 'shown' ? '' : say(state);
}

speak(dictionary, draw);
load();
