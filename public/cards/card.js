// The page behind a printed code (`?id=`) and behind a shared link (`?token=`). The rule: what people wrote is set as text, and
// files come from here alone.
import { currentTag, say, speak } from '/shared/language.js';
import { dictionary } from './card-words.js';
import { act } from './courtesy.js';

const by = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const qrId = query.get('id') ?? '';
/** What the page shows: `loading`, `card`, or an outcome with its words. */
let view = { kind: 'loading' };
let card;
let token = query.get('token') ?? '';

/** A scan is counted once, also when the page is drawn again. */
async function load() {
  show({ kind: 'loading' });
  try {
    show(qrId ? await fromCode() : await fromToken());
  } catch {
    show({ kind: 'outcome', head: 'noAnswer', words: 'noAnswerWords', again: true });
  }
}

async function fromCode() {
  if (!token) {
    const answer = await act('qr_query', { qr_id: qrId });
    if (answer.error === 423 || answer.error === 401)
      return { kind: 'outcome', head: 'unknown', words: 'unknownWords' };
    if (answer.error !== 0) return trouble(answer);
    if (!answer.qr_info.is_recorded) return { kind: 'outcome', head: 'empty', words: 'emptyWords', compose: true };
    if (!answer.qr_info.card_token) return { kind: 'outcome', head: 'banned', words: 'bannedWords' };
    token = answer.qr_info.card_token;
  }
  return fromToken();
}

async function fromToken() {
  if (!token) return { kind: 'outcome', head: 'unknown', words: 'unknownWords' };
  const answer = await act('card_query', { token, ...(qrId && { qr_id: qrId }) });
  if (answer.error === 401 || answer.error === 404) return { kind: 'outcome', head: 'unknown', words: 'unknownWords' };
  if (answer.error === 425) return { kind: 'outcome', head: 'private', words: 'privateWords' };
  if (answer.error === 426) return bannedView(answer);
  if (answer.error !== 0) return trouble(answer);
  card = answer.card_info;
  return card.local_template === null ? { kind: 'outcome', head: 'early', words: 'earlyWords' } : { kind: 'card' };
}

function bannedView(answer) {
  if (answer.is_deleted) return { kind: 'outcome', head: 'takenBack', words: 'takenBackWords' };
  const mine = answer.banned_reason !== undefined;
  return {
    kind: 'outcome',
    head: 'banned',
    words: mine ? 'bannedMine' : 'bannedWords',
    reason: answer.banned_reason,
    appeal: mine,
    note: answer.appeal_note,
  };
}

function trouble({ error }) {
  const isTooMany = error === 429;
  return {
    kind: 'outcome',
    head: isTooMany ? 'tooMany' : 'noAnswer',
    words: isTooMany ? 'tooManyWords' : 'noAnswerWords',
    again: true,
  };
}

function show(next) {
  view = next;
  by('sheet').setAttribute('aria-busy', String(view.kind === 'loading'));
  if (view.kind === 'card') drawMedia();
  if (view.appeal) by('appeal-words').value = view.note ?? '';
  draw();
  if (view.kind === 'outcome') by('outcome-head').focus();
}

/** Draws the words of the current view in the current language; media stay as they are, so that a sound plays on. */
function draw() {
  document.title = say('title');
  by('loading').hidden = view.kind !== 'loading';
  by('outcome').hidden = view.kind !== 'outcome';
  by('card').hidden = view.kind !== 'card';
  by('share-row').hidden = view.kind !== 'card';
  if (view.kind === 'outcome') drawOutcome();
  if (view.kind === 'card') drawWords();
}

function drawOutcome() {
  const moment = card ? whenOf(card.visible_at) : '';
  by('outcome-head').textContent = say(view.head);
  by('outcome-words').textContent = say(view.words, { moment, name: card?.author.profile.nick ?? '' });
  by('outcome-reason').hidden = !view.reason;
  by('outcome-reason').textContent = view.reason ?? '';
  by('compose').hidden = !view.compose;
  by('compose').href = `/cards/compose?id=${encodeURIComponent(qrId)}`;
  by('again').hidden = !view.again;
  by('appeal').hidden = !view.appeal;
}

function whenOf(seconds) {
  return new Intl.DateTimeFormat(currentTag(), { dateStyle: 'long', timeStyle: 'short' }).format(
    new Date(seconds * 1000),
  );
}

function drawWords() {
  by('from').textContent = say('from', { name: card.author.profile.nick });
  document.title = say('from', { name: card.author.profile.nick });
  by('words').textContent = wordsOf(card.local_template);
  by('facts').textContent = say('facts', { moment: whenOf(card.created_at), count: String(card.view_count) });
  for (const element of document.querySelectorAll('[data-label]'))
    element.setAttribute(element.dataset.attribute, say(element.dataset.label));
}

/** Returns the words of a template: the content of an object, or a text without its tags. */
function wordsOf(template) {
  if (typeof template === 'object') return typeof template.content === 'string' ? clean(template.content) : '';
  try {
    const inner = JSON.parse(template);
    if (typeof inner?.content === 'string') return clean(inner.content);
  } catch {
    // A text that is no JSON is shown as it is.
  }
  return clean(template.replace(/<[^<>]{0,1000}>/g, ' '));
}

// U+FFFC stands in the telephones' texts where a picture is.
function clean(text) {
  return text.replaceAll('\ufffc', '').trim();
}

function drawMedia() {
  by('pictures').replaceChildren(...card.resources.filter(({ type }) => !type.startsWith('audio/')).map(pictureOf));
  by('sounds').replaceChildren(...card.resources.filter(({ type }) => type.startsWith('audio/')).map(soundOf));
}

function pictureOf({ url, type }) {
  const element = document.createElement(type.startsWith('video/') ? 'video' : 'img');
  if (type.startsWith('video/')) Object.assign(element, { controls: true, preload: 'metadata', playsInline: true });
  element.dataset.label = type.startsWith('video/') ? 'film' : 'picture';
  element.dataset.attribute = type.startsWith('video/') ? 'aria-label' : 'alt';
  element.src = url;
  return element;
}

function soundOf({ url }) {
  const element = document.createElement('audio');
  Object.assign(element, { controls: true, preload: 'metadata', src: url });
  element.dataset.label = 'sound';
  element.dataset.attribute = 'aria-label';
  return element;
}

function tell(sentence) {
  by('said').textContent = say(sentence);
  by('said').hidden = false;
}

/** Shares the card by the telephone's own way where there is one; else the address is copied. The code's id is not in it. */
async function share() {
  const address = `${location.origin}/qrcode/?token=${encodeURIComponent(card.token)}`;
  if (!card.is_public) return tell('sharePrivate');
  try {
    if (navigator.share) await navigator.share({ title: document.title, url: address });
    else {
      await navigator.clipboard.writeText(address);
      tell('copied');
    }
  } catch (error) {
    if (error.name === 'AbortError') return;
    by('said').textContent = address;
    by('said').hidden = false;
  }
}

async function report(event) {
  event.preventDefault();
  by('report-wrong').hidden = true;
  const reason = document.querySelector('input[name="reason"]:checked').value;
  const answer = await act('card_report', { token, reason, words: by('report-words').value }).catch(() => ({
    error: 503,
  }));
  if (answer.error === 0) {
    by('report-form').hidden = true;
    by('report').hidden = true;
    return tell('reported');
  }
  by('report-wrong').textContent = say(answer.error === 429 ? 'tooManyWords' : 'noAnswerWords');
  by('report-wrong').hidden = false;
}

async function appeal(event) {
  event.preventDefault();
  const words = by('appeal-words').value.trim();
  if (!words) return by('appeal-words').focus();
  const answer = await act('card_appeal', { token, words }).catch(() => ({ error: 503 }));
  by('appeal-said').textContent = say(answer.error === 0 ? 'appealSent' : 'noAnswerWords');
  by('appeal-said').className = `notice ${answer.error === 0 ? 'good' : 'bad'}`;
  by('appeal-said').hidden = false;
}

by('again').addEventListener('click', load);
by('share').addEventListener('click', share);
by('report').addEventListener('click', () => {
  by('report-form').hidden = false;
  by('report-head').focus();
});
by('report-cancel').addEventListener('click', () => {
  by('report-form').hidden = true;
  by('report').focus();
});
by('report-form').addEventListener('submit', report);
by('appeal').addEventListener('submit', appeal);
speak(dictionary, draw);
load();
