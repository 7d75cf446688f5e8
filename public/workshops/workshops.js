// The workshops page: sign in with a key, choose per moment, see the own schedule. The key leaves the address bar first; the token lives
// in this tab only.
import { say, speak } from '/shared/language.js';
import { drop, pick } from './workshops-choice.js';
import { drawMoments, drawOffers, drawRanking, drawSchedule } from './workshops-drawing.js';
import { dictionary } from './workshops-words.js';

const by = (id) => document.getElementById(id);
const views = ['sign-in', 'choose', 'rank', 'schedule'];
const refreshEvery = 5000;
let token = kept();
let view = 'loading';
let page;
let picked = new Set();
let order = [];
let message;
let busy = false;

function kept(value) {
  try {
    if (value === '') sessionStorage.removeItem('workshops-token');
    else if (value) sessionStorage.setItem('workshops-token', value);
    return sessionStorage.getItem('workshops-token') ?? '';
  } catch {
    return value ?? '';
  }
}

/** Reads the key of a printed code, removes it from the address bar, and tells whether there was one. */
function takeKey() {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (!key) return false;
  history.replaceState(null, '', location.pathname);
  by('key').value = key;
  token = kept('');
  return true;
}

async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: {
      ...(body && { 'Content-Type': 'application/json' }),
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: body && JSON.stringify(body),
    referrerPolicy: 'no-referrer',
    credentials: 'omit',
  });
  if (response.status === 401 && token) {
    token = kept('');
    show('sign-in', { tone: 'warn', key: 'signedOut' });
    throw new Error('signed out');
  }
  return response;
}

/** Runs a step once at a time; what goes wrong on the way becomes a sentence. */
async function attempt(step) {
  if (busy) return;
  busy = true;
  by('sheet').setAttribute('aria-busy', 'true');
  try {
    await step();
  } catch (error) {
    if (error.message !== 'signed out') tell({ tone: 'bad', key: 'noAnswer' });
  } finally {
    busy = false;
    by('sheet').setAttribute('aria-busy', 'false');
  }
}

function tell(next) {
  message = next;
  draw();
  if (next) by('message').scrollIntoView({ block: 'nearest' });
}

function show(next, note) {
  const isOther = next !== view;
  view = next;
  message = note;
  draw();
  if (next === 'sign-in') by('key').focus();
  else if (isOther) by('title').focus();
}

function take(next) {
  page = next;
  picked = new Set(page.registrations);
  order = [...page.preferences, ...page.workshops.map(({ id }) => id).filter((id) => !page.preferences.includes(id))];
}

async function load(note) {
  const response = await ask('GET', '/api/workshops/me');
  if (!response.ok) throw new Error('no answer');
  take(await response.json());
  show(page.registrations.length > 0 || !page.event.isOpen ? 'schedule' : 'choose', note);
}

async function signIn(event) {
  event.preventDefault();
  const credential = by('key').value.trim();
  if (!credential) return tell({ tone: 'bad', key: 'keyMissing' });
  await attempt(async () => {
    token = '';
    const response = await ask('POST', '/auth/login', { credential, admin_login: 0 });
    if (response.status === 429) return tell({ tone: 'bad', key: 'tooMany' });
    if (response.status === 401 || response.status === 400) return tell({ tone: 'bad', key: 'keyWrong' });
    if (!response.ok) throw new Error('no answer');
    token = kept((await response.json()).token) || token;
    by('key').value = '';
    await load();
  });
}

/** Turns a refusal of the contract into a sentence of this page. */
async function refusal(response) {
  const { description = '' } = await response.json().catch(() => ({}));
  const link = /^Link between workshop (.+), type: (\w+)$/.exec(description);
  if (link) return { key: 'linkNow', values: { detail: link[1] } };
  if (description.startsWith('Limit reached')) return { key: 'fullNow' };
  if (description.includes('not allowed')) return { key: 'closedNow' };
  if (description.includes('target group')) return { key: 'groupNow' };
  return { key: response.status === 409 ? 'momentNow' : 'failed' };
}

async function confirmChoice(event) {
  event.preventDefault();
  await attempt(async () => {
    const response = await ask('PUT', `/registrations/user/${page.id}`, { workshop_ids: [...picked] });
    if (response.ok) return load({ tone: 'good', key: 'confirmed' });
    const note = { tone: 'bad', ...(await refusal(response)) };
    const wanted = picked;
    take(await (await ask('GET', '/api/workshops/me')).json());
    picked = wanted;
    tell(note);
  });
}

function choose(id, moment) {
  const before = picked;
  const here = page.workshops.filter((one) => one.moment === moment).map((one) => one.id);
  const old = here.find((one) => picked.has(one));
  picked = id ? pick(page, picked, id) : drop(page, new Set(picked), old);
  const title = (one) => page.workshops.find((workshop) => workshop.id === one)?.title ?? '';
  const came = [...picked].filter((one) => !before.has(one) && one !== id);
  const went = [...before].filter((one) => !picked.has(one) && one !== old);
  const values = (others, of) => ({ other: others.map(title).join(', '), title: title(of) });
  if (came.length > 0) message = { tone: '', key: 'tookAlong', values: values(came, id) };
  else if (went.length > 0) message = { tone: '', key: 'letGo', values: values(went, old ?? id) };
  else message = undefined;
  draw();
  document.querySelector(`#moments input[value="${id ?? ''}"][data-moment="${CSS.escape(moment)}"]`)?.focus();
}

const waitWords = { join: 'waitJoined', leave: 'waitLeft', accept: 'accepted', decline: 'declined' };

async function wait(workshop, act) {
  await attempt(async () => {
    const body = { act: act === 'decline' ? 'leave' : act };
    const response = await ask('POST', `/api/workshops/waiting/${workshop.id}`, body);
    const wanted = picked;
    if (response.ok) take(await response.json());
    if (act !== 'accept') picked = wanted;
    const values = { title: workshop.title };
    tell(response.ok ? { tone: 'good', key: waitWords[act], values } : { tone: 'bad', key: 'refused' });
  });
}

async function keepOrder(event) {
  event.preventDefault();
  await attempt(async () => {
    const response = await ask('PUT', '/api/workshops/preferences', { workshop_ids: order });
    tell(response.ok ? { tone: 'good', key: 'rankKept' } : { tone: 'bad', key: 'failed' });
  });
}

function move(id, by_) {
  const { moment } = page.workshops.find((one) => one.id === id);
  const same = order.filter((one) => page.workshops.find((workshop) => workshop.id === one)?.moment === moment);
  const other = same[same.indexOf(id) + by_];
  const [a, b] = [order.indexOf(id), order.indexOf(other)];
  [order[a], order[b]] = [order[b], order[a]];
  draw();
  const buttons = [...document.querySelectorAll(`[data-rank="${id}"]`)].filter((button) => !button.disabled);
  (buttons.find((button) => button.dataset.by === String(by_)) ?? buttons[0])?.focus();
}

async function saveCalendar() {
  await attempt(async () => {
    const response = await ask('GET', '/api/workshops/schedule.ics');
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await response.blob());
    link.download = `${page.event.name}.ics`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
}

/** Draws the current view in the current language. */
function draw() {
  by('loading').hidden = view !== 'loading';
  by('sheet').setAttribute('aria-busy', String(view === 'loading' || busy));
  for (const id of views) by(id).hidden = view !== id;
  const isIn = page !== undefined && view !== 'sign-in' && view !== 'loading';
  by('leave').hidden = !isIn;
  by('tabs').hidden = !isIn;
  by('event').hidden = !isIn;
  by('message').hidden = !message;
  by('message').className = `notice ${message?.tone ?? ''}`;
  by('message').textContent = message ? say(message.key, message.values) : '';
  document.title = isIn ? `${page.event.name} · ${say('title')}` : say('title');
  if (!isIn) return by('offers').replaceChildren();
  by('event').textContent = page.event.name;
  for (const button of by('tabs').children) {
    const { tab } = button.dataset;
    button.hidden = tab === 'rank' && !(page.event.isRanked && page.event.isOpen);
    if (tab === view) button.setAttribute('aria-current', 'page');
    else button.removeAttribute('aria-current');
  }
  drawOffers(by('offers'), page, wait);
  drawChoose();
  drawRanking(by('ranking'), page, order, move);
  drawSchedule(by('lines'), page);
  by('calendar').hidden = page.registrations.length === 0 || page.moments.length === 0;
  by('change').hidden = !page.event.isOpen;
}

function drawChoose() {
  const { isOpen } = page.event;
  const intro = page.workshops.length === 0 ? 'nothingHere' : isOpen ? 'hello' : 'closedIntro';
  by('choose-intro').textContent = say(intro, { name: page.name });
  drawMoments(by('moments'), page, picked, { choose, wait });
  const open = [...new Set(page.workshops.map(({ moment }) => moment))].filter(
    (moment) => !page.workshops.some((one) => one.moment === moment && picked.has(one.id)),
  );
  by('missing').textContent = isOpen && open.length > 0 ? say('missing', { moments: open.join(', ') }) : '';
  by('confirm').hidden = !isOpen || page.workshops.length === 0;
}

/** Brings the places up to date while somebody chooses. */
async function refresh() {
  if (view !== 'choose' || busy || document.hidden || !token) return;
  const response = await ask('GET', '/api/workshops/places').catch(() => undefined);
  if (!response?.ok || view !== 'choose') return;
  const { isOpen, left } = await response.json();
  const places = new Map(left);
  const isSame = page.event.isOpen === isOpen && page.workshops.every((one) => places.get(one.id) === one.left);
  if (isSame) return;
  page.event.isOpen = isOpen;
  for (const one of page.workshops) one.left = places.get(one.id) ?? one.left;
  const { value = '', moment } = document.activeElement?.dataset?.moment
    ? { value: document.activeElement.value, moment: document.activeElement.dataset.moment }
    : {};
  draw();
  if (moment) document.querySelector(`#moments input[value="${value}"][data-moment="${CSS.escape(moment)}"]`)?.focus();
}

by('sign-in').addEventListener('submit', signIn);
by('choose').addEventListener('submit', confirmChoice);
by('rank').addEventListener('submit', keepOrder);
by('calendar').addEventListener('click', saveCalendar);
by('change').addEventListener('click', () => show('choose'));
by('tabs').addEventListener('click', ({ target }) => target.dataset.tab && show(target.dataset.tab));
by('leave').addEventListener('click', () => {
  token = kept('');
  page = undefined;
  show('sign-in');
});
// Another code read in the same tab.
window.addEventListener('hashchange', () => {
  if (!takeKey()) return;
  page = undefined;
  show('sign-in');
});
takeKey();
speak(dictionary, draw);
if (token) attempt(() => load());
else show('sign-in');
setInterval(refresh, refreshEvery);
