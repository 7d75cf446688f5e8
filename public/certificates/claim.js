// The claim page: the token leaves the address bar first, nothing happens before the button, and words say what happened.
import { say, speak } from '/shared/language.js';
import { dictionary } from './claim-words.js';

const by = (id) => document.getElementById(id);
const token = takeToken();
/** What the page shows: `loading`, `form`, or an outcome with its words. */
let view = { kind: 'loading' };
let claim;
let busy = false;

/** Reads the token and removes it from the address bar; a reload within this tab still finds it. */
function takeToken() {
  const here = new URL(location.href);
  const given = here.searchParams.get('token');
  try {
    if (given) sessionStorage.setItem('claim-token', given);
    here.searchParams.delete('token');
    history.replaceState(null, '', here);
    return given ?? sessionStorage.getItem('claim-token') ?? '';
  } catch {
    history.replaceState(null, '', here);
    return given ?? '';
  }
}

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    referrerPolicy: 'no-referrer',
    credentials: 'omit',
  });
  return response;
}

/** Asks how far the certificate is. */
async function load() {
  if (!token) return show({ kind: 'outcome', tone: 'bad', head: 'noLink', words: 'noLinkWords' });
  try {
    const answer = await (await post('/api/certificates/claim', { token })).json();
    if (answer.code === 429)
      return show({ kind: 'outcome', tone: 'bad', head: 'tooMany', words: 'tooManyWords', again: true });
    if (answer.code >= 400) throw new Error(answer.message);
    if (answer.code !== 0) return show({ kind: 'outcome', tone: 'bad', head: 'noLink', words: 'noLinkWords' });
    claim = answer.data;
    by('name').value = claim.name;
    if (claim.state === 'mailed')
      return show({ kind: 'outcome', tone: 'good', head: 'done', words: 'mailedWords', picture: true });
    if (claim.certificate && !claim.problem)
      return show({ kind: 'outcome', tone: '', head: 'onItsWay', words: 'onItsWayWords', picture: true });
    show({ kind: 'form', ...wrongOf(claim.problem) });
  } catch {
    show({ kind: 'outcome', tone: 'bad', head: 'noAnswer', words: 'noAnswerWords', again: true });
  }
}

/** Sends the name; the server answers within a few seconds whatever happens. */
async function submit(event) {
  event.preventDefault();
  const name = by('name').value.trim();
  if (!name) return show({ kind: 'form', wrong: 'nameMissing' });
  if (busy) return;
  setBusy(true);
  try {
    const response = await post('/api/submitUserInfo', { token, name });
    const answer = await response.json();
    await afterSubmit(answer);
  } catch {
    show({ kind: 'form', wrong: 'noAnswerWords' });
  } finally {
    setBusy(false);
  }
}

async function afterSubmit({ code }) {
  if (code === 0) {
    const status = await (await post('/api/certificates/claim', { token })).json();
    if (status.code === 0) claim = status.data;
    const isMailed = claim.state === 'mailed';
    return show({
      kind: 'outcome',
      tone: isMailed ? 'good' : '',
      head: isMailed ? 'done' : 'onItsWay',
      words: isMailed ? 'mailedWords' : 'onItsWayWords',
      picture: true,
    });
  }
  if (code === 1) return show({ kind: 'form', wrong: 'nameUnusable' });
  if (code === 2) return show({ kind: 'outcome', tone: 'bad', head: 'noLink', words: 'noLinkWords' });
  if (code === 3) return show({ kind: 'outcome', tone: 'good', head: 'done', words: 'mailedWords', picture: true });
  if (code === 4) {
    const status = await (await post('/api/certificates/claim', { token })).json();
    return show({ kind: 'form', ...wrongOf(status.data?.problem ?? { kind: 'other' }) });
  }
  return show({ kind: 'form', wrong: code === 429 ? 'tooManyWords' : 'noAnswerWords' });
}

/** Returns which sentence tells why the last try failed. */
function wrongOf(problem) {
  const sentences = { characters: 'badCharacters', length: 'tooLong', mail: 'mailRefused', other: 'failed' };
  return problem ? { wrong: sentences[problem.kind], detail: problem.characters } : {};
}

function setBusy(on) {
  busy = on;
  by('submit').disabled = on;
  by('spinner').hidden = !on;
  by('submit-words').textContent = say(on ? 'sending' : 'submit');
}

function show(next) {
  view = next;
  draw();
  if (next.kind === 'outcome') by('outcome').focus();
  if (next.wrong) by('name').focus();
  if (next.picture && claim?.certificate) showPicture();
}

/** Draws the current view in the current language. */
function draw() {
  const outcome = view.kind === 'outcome';
  by('sheet').setAttribute('aria-busy', String(view.kind === 'loading'));
  by('loading').hidden = view.kind !== 'loading';
  by('form').hidden = view.kind !== 'form';
  by('outcome').hidden = !outcome;
  by('again').hidden = !(outcome && view.again);
  by('name-wrong').hidden = !view.wrong;
  by('name').setAttribute('aria-invalid', String(Boolean(view.wrong)));
  if (view.wrong) by('name-wrong').textContent = say(view.wrong, { detail: view.detail ?? '' });
  if (outcome) {
    by('outcome').className = `notice ${view.tone}`;
    by('outcome-head').textContent = say(view.head);
    by('outcome-words').textContent = say(view.words, { email: claim?.email ?? '' });
  }
  if (busy) by('submit-words').textContent = say('sending');
  drawCampaign();
}

function drawCampaign() {
  document.title = claim ? `${claim.campaign} · ${claim.organisation}` : say('title');
  if (!claim) return;
  by('organisation').textContent = claim.organisation;
  by('title').textContent = claim.campaign;
  by('address').textContent = say('address', { email: claim.email });
  by('picture').alt = say('pictureAlt', { name: claim.certificate?.name ?? claim.name });
  if (!/^https?:\/\//.test(claim.website)) return;
  by('website').href = claim.website;
  by('website').textContent = claim.website.replace(/^https?:\/\//, '').replace(/\/$/, '');
  by('website').hidden = false;
}

async function showPicture() {
  by('verify').href = `/certificates/verify/${claim.certificate.code}`;
  by('verify').hidden = false;
  const response = await post('/api/certificates/claim/picture', { token }).catch(() => undefined);
  if (!response?.ok || !response.headers.get('Content-Type')?.startsWith('image/')) return;
  by('picture').src = URL.createObjectURL(await response.blob());
  by('picture').hidden = false;
}

by('form').addEventListener('submit', submit);
by('again').addEventListener('click', () => {
  show({ kind: 'loading' });
  load();
});
speak(dictionary, draw);
load();
