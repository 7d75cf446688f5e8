// What somebody has made: their cards, which they may change, take back and show again, and their profile.
import { currentTag, say, speak } from '/shared/language.js';
import { dictionary as composeWords } from './compose-words.js';
import { act, upload } from './courtesy.js';
import { dictionary as mineWords } from './mine-words.js';
import { fillProfile, profilePart } from './profile.js';
import { signInForm } from './sign-in.js';

const by = (id) => document.getElementById(id);
const atOnce = 20;
let account;
let cards = [];
let total = 0;
/** The token of the card whose form is open. */
let open;

async function load() {
  show('loading');
  try {
    const answer = await act('user_info');
    account = answer.error === 0 ? answer.account_info : undefined;
    if (!account) return show('sign');
    fillProfile(account.profile);
    cards = [];
    await loadMore();
    show('mine');
  } catch {
    show('mine');
    complain('noAnswerWords');
  }
}

async function loadMore() {
  const answer = await act('my_card_list', { from: cards.length, to: cards.length + atOnce - 1 });
  if (answer.error !== 0) throw new Error('no list');
  cards = [...cards, ...answer.cards];
  total = answer.total;
  draw();
}

function show(kind) {
  for (const one of ['loading', 'sign', 'mine']) by(one).hidden = one !== kind;
  by('sheet').setAttribute('aria-busy', String(kind === 'loading'));
  draw();
}

/** Draws everything that has words in the current language. */
function draw() {
  document.title = say('title');
  by('cards').setAttribute('aria-label', say('title'));
  if (account) by('as').textContent = say('as', { name: account.profile.nick });
  by('cards').replaceChildren(...cards.map(cardLine));
  by('none').hidden = cards.length > 0;
  by('more').hidden = cards.length >= total;
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function cardLine(card) {
  const words = wordsOf(card) || say('noWords');
  const line = element(
    'li',
    {},
    element('p', { className: 'excerpt', dir: 'auto', textContent: words }),
    element('p', { className: 'quiet', textContent: stateOf(card) }),
    open === card.token ? changeForm(card) : buttonsOf(card, words),
  );
  return line;
}

function wordsOf({ local_template: template }) {
  const text = typeof template === 'string' ? template : template?.content;
  return typeof text === 'string' ? text.replaceAll('\ufffc', '').trim() : '';
}

function stateOf(card) {
  if (card.banned_reason !== undefined) return say('isBanned', { reason: card.banned_reason });
  if (card.is_banned) return say('isTakenBack');
  if (card.visible_at * 1000 > Date.now()) return say('opens', { moment: whenOf(card.visible_at) });
  return say(card.is_public ? 'isShown' : 'isPrivate', {
    moment: whenOf(card.created_at),
    count: String(card.view_count),
  });
}

function whenOf(seconds) {
  const form = { dateStyle: 'medium', timeStyle: 'short' };
  return new Intl.DateTimeFormat(currentTag(), form).format(new Date(seconds * 1000));
}

function buttonsOf(card, words) {
  const row = element('div', { className: 'row' });
  const button = (sentence, run) => {
    const one = element('button', { type: 'button', className: 'link', textContent: say(sentence) });
    one.setAttribute('aria-label', say('of', { what: say(sentence), words: words.slice(0, 40) }));
    one.addEventListener('click', run);
    row.append(one);
  };
  row.append(element('a', { className: 'link', href: `/qrcode/?token=${card.token}`, textContent: say('show') }));
  if (!card.is_editable || card.banned_reason !== undefined) return row;
  if (card.is_banned) button('restore', () => change(card, 'card_restore', 'restored'));
  else {
    button('edit', () => openForm(card));
    button('takeBack', () => change(card, 'card_delete', 'takenBack'));
  }
  return row;
}

function openForm(card) {
  open = card.token;
  draw();
  by('change-words').focus();
}

/** Returns the form in which a card is changed: words, moment, who may read it. */
function changeForm(card) {
  const visible = card.visible_at ? new Date(card.visible_at * 1000 - zoneMs(card.visible_at)) : undefined;
  const text = element('textarea', { id: 'change-words', rows: 6, maxLength: 2000, dir: 'auto', value: wordsOf(card) });
  const moment = element('input', {
    id: 'change-visible',
    type: 'datetime-local',
    value: visible ? visible.toISOString().slice(0, 16) : '',
  });
  const isPublic = element('input', { type: 'checkbox', checked: card.is_public });
  const cancel = element('button', { type: 'button', className: 'button second', textContent: say('cancel') });
  cancel.addEventListener('click', () => {
    open = undefined;
    draw();
  });
  const form = element(
    'form',
    { noValidate: true },
    element('label', { htmlFor: 'change-words', textContent: say('words') }),
    text,
    element('label', { htmlFor: 'change-visible', textContent: say('visible') }),
    moment,
    element('label', { className: 'choice' }, isPublic, element('span', { textContent: say('public') })),
    element(
      'div',
      { className: 'row' },
      element('button', { className: 'button', type: 'submit', textContent: say('save') }),
      cancel,
    ),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const { local_template: template } = card;
    change(card, 'card_edit', 'changed', {
      local_template: typeof template === 'string' ? text.value : { ...template, content: text.value.trim() },
      visible_at: moment.value ? Math.floor(new Date(moment.value).getTime() / 1000) : 0,
      is_public: isPublic.checked,
    });
  });
  return form;
}

function zoneMs(seconds) {
  return new Date(seconds * 1000).getTimezoneOffset() * 60_000;
}

async function change({ token }, action, done, card_info = {}) {
  complain();
  const answer = await act(action, { token, card_info }).catch(() => ({ error: 503 }));
  if (answer.error === 403) return load();
  if (answer.error !== 0) return complain(answer.error === 401 ? 'fieldWrong' : 'noAnswerWords', answer);
  open = undefined;
  const known = cards.length;
  cards = [];
  // As many as were there, so that nobody has to look for the card again.
  for (let last = -1; cards.length < known && cards.length > last; ) {
    last = cards.length;
    await loadMore().catch(() => complain('noAnswerWords'));
  }
  tell(done);
}

function tell(sentence) {
  by('said').textContent = say(sentence);
  by('said').hidden = false;
  by('said').focus();
}

function complain(sentence, values = {}) {
  by('said').hidden = true;
  by('wrong').hidden = !sentence;
  by('wrong').textContent = sentence ? say(sentence, values) : '';
}

const dictionary = Object.fromEntries(
  Object.keys(mineWords).map((language) => [language, { ...composeWords[language], ...mineWords[language] }]),
);
by('more').addEventListener('click', () => loadMore().catch(() => complain('noAnswerWords')));
signInForm(load);
profilePart({
  upload: (file) => upload(file, 'avatar'),
  saved(profile) {
    account = { ...account, profile };
    draw();
    tell('profileSaved');
  },
});
speak(dictionary, draw);
load();
