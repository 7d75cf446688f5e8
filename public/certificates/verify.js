// The verification page: what a code stands for and whether it counts, in words.
import { say, speak } from '/shared/language.js';
import { dictionary } from './verify-words.js';

const by = (id) => document.getElementById(id);
const code = decodeURIComponent(/^\/certificates\/verify\/([^/]*)/.exec(location.pathname)?.[1] ?? '');
/** `loading`, `asking`, `unknown`, `tooMany`, `noAnswer`, or the state of the certificate that was found. */
let state = 'loading';
let found;

const tones = { valid: 'good', revoked: 'bad', superseded: '', unknown: 'bad', tooMany: 'bad', noAnswer: 'bad' };

async function load() {
  if (!code) return show('asking');
  try {
    const response = await fetch(`/api/certificates/verify/${encodeURIComponent(code)}`, { credentials: 'omit' });
    if (response.status === 429) return show('tooMany');
    const answer = await response.json();
    if (response.status >= 500) return show('noAnswer');
    if (answer.code !== 0) return show('unknown');
    found = answer.data;
    show(found.state);
  } catch {
    show('noAnswer');
  }
}

function show(next) {
  state = next;
  draw();
}

/** Draws the page in the current language. */
function draw() {
  by('sheet').setAttribute('aria-busy', String(state === 'loading'));
  by('loading').hidden = state !== 'loading';
  by('form').hidden = found !== undefined || state === 'loading';
  document.title = found ? `${found.name} · ${say('title')}` : say('title');
  const told = state in tones;
  by('outcome').hidden = !told;
  if (told) {
    by('outcome').className = `notice ${tones[state]}`;
    by('outcome-head').textContent = say(state);
    by('outcome-words').textContent = say(`${state}Words`, {
      reason: found?.revokedReason ?? '',
      day: found?.revokedOn ?? '',
    });
  }
  if (found) drawFound();
}

function drawFound() {
  const facts = {
    name: 'name',
    campaign: 'campaign',
    organisation: 'organisation',
    number: 'number',
    date: 'date',
    code: 'code',
  };
  by('facts').hidden = false;
  by('facts').replaceChildren(
    ...Object.keys(facts)
      .filter((fact) => found[fact])
      .flatMap((fact) => {
        const term = document.createElement('dt');
        const value = document.createElement('dd');
        term.textContent = say(`fact_${fact}`);
        value.textContent = fact === 'code' ? found.code.replace(/(.{4})(?=.)/g, '$1 ') : found[fact];
        value.dir = 'auto';
        if (fact === 'code') value.className = 'code';
        return [term, value];
      }),
  );
  link('pdf', found.pdf);
  link('png', found.picture);
  link('replacement', found.replacedBy && `/certificates/verify/${found.replacedBy}`);
  by('picture').alt = say('pictureAlt', { name: found.name });
  by('picture').hidden = !found.picture;
  if (found.picture && !by('picture').src) by('picture').src = found.picture;
  if (!/^https?:\/\//.test(found.website)) return;
  link('website', found.website);
  by('website').textContent = found.website.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

function link(id, address) {
  by(id).hidden = !address;
  if (address) by(id).href = address;
}

by('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const typed = by('code').value.replace(/[\s-]/g, '');
  if (typed) location.href = `/certificates/verify/${encodeURIComponent(typed)}`;
});
speak(dictionary, draw);
load();
