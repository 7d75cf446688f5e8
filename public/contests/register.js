// The registration: the form, the dialog in which a phone is proven, and what became of it.
import { say, speak } from '/shared/language.js';
import { ask, askContest, query } from './contest.js';
import { dictionary } from './contest-words.js';

const by = (id) => document.getElementById(id);
const fields = [
  { name: 'second_name', complete: 'family-name', limit: 50 },
  { name: 'first_name', complete: 'given-name', limit: 50 },
  { name: 'patronymic', complete: 'additional-name', limit: 50 },
  { name: 'birthday', complete: 'bday', limit: 10, mode: 'numeric', example: '20.05.1985' },
  { name: 'email', type: 'email', complete: 'email', limit: 254, isWide: true },
  { name: 'address', complete: 'street-address', limit: 250, isWide: true },
];
let contest = { resendSeconds: 60, codeLength: 4, isOpen: true };
/** The number that is being proven, and the one that was. */
let asked = '';
let proven = '';
/** The number that a code has left for. */
let sentTo = '';
let resendAt = 0;
/** What the page tells at its top: a key of the dictionary, or a sentence of the server. */
let news;

function buildFields() {
  by('form')
    .querySelector('.fields')
    .replaceChildren(...fields.map(buildField));
}

function buildField({ name, type = 'text', complete, limit, mode, example, isWide }) {
  const box = document.createElement('div');
  box.className = isWide ? 'field wide' : 'field';
  const label = document.createElement('label');
  label.htmlFor = name;
  label.dataset.say = name;
  const input = document.createElement('input');
  Object.assign(input, { type, id: name, name, autocomplete: complete, maxLength: limit, placeholder: example ?? '' });
  if (mode) input.inputMode = mode;
  input.setAttribute('aria-describedby', `${name}-fault`);
  if (name === 'birthday') input.addEventListener('input', () => dotted(input));
  const fault = document.createElement('p');
  fault.className = 'fault';
  fault.id = `${name}-fault`;
  fault.setAttribute('role', 'alert');
  fault.hidden = true;
  box.append(label, input, fault);
  return box;
}

// Only digits are typed; the dots come by themselves.
function dotted(input) {
  if (input.selectionStart !== input.value.length) return;
  const digits = input.value.replace(/\D/g, '').slice(0, 8);
  const parts = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].filter(Boolean);
  if (/^\d[\d.]*$/.test(input.value)) input.value = parts.join('.');
}

function draw() {
  document.title = contest.title ?? say('register');
  by('title').textContent = contest.title ?? say('register');
  by('proven').hidden = !proven;
  by('prove').hidden = Boolean(proven);
  by('phone').readOnly = Boolean(proven);
  by('send').disabled = !proven;
  by('why').hidden = Boolean(proven);
  by('code-sent').textContent = say('codeSent', { phone: asked });
  by('outcome').hidden = !news;
  if (news) {
    by('outcome').className = `notice ${news.tone}`;
    by('outcome').textContent = news.key ? say(news.key, news.values) : news.text;
  }
  by('winners-link').href = `/contests/winners${query}`;
  drawTimer();
}

function drawTimer() {
  const left = Math.max(0, Math.ceil((resendAt - Date.now()) / 1000));
  by('resend').disabled = left > 0;
  by('resend').textContent = left > 0 ? say('resendIn', { seconds: left }) : say('resend');
}

function fault(name, text) {
  by(`${name}-fault`).hidden = !text;
  by(`${name}-fault`).textContent = text ?? '';
  by(name).setAttribute('aria-invalid', String(Boolean(text)));
}

function sentenceOf({ status, body, retryAfter }) {
  if (status === 0 || status >= 500) return body.detail ?? say('noAnswer');
  if (status === 429)
    return `${body.detail ?? say('tooMany')} ${retryAfter > 1 ? say('after', { seconds: retryAfter }) : ''}`;
  return body.detail ?? Object.values(body).flat()[0] ?? say('noAnswer');
}

async function sendCode() {
  const answer = await ask('/phone_verify/', { phone: asked });
  if (answer.status === 200 && answer.body.success) {
    resendAt = Date.now() + contest.resendSeconds * 1000;
    sentTo = asked;
    return undefined;
  }
  if (answer.status === 429 && answer.retryAfter > 0) resendAt = Date.now() + answer.retryAfter * 1000;
  return sentenceOf(answer);
}

async function prove() {
  asked = by('phone').value.trim();
  if (!asked) return fault('phone', say('phoneMissing'));
  // Whoever has closed the dialog finds it again: the code is on its way already.
  if (asked === sentTo && resendAt > Date.now()) return openDialog();
  by('prove').disabled = true;
  const problem = await sendCode();
  by('prove').disabled = false;
  fault('phone', problem);
  if (problem) return by('phone').focus();
  openDialog();
}

function openDialog() {
  fault('phone');
  by('code').value = '';
  by('code').maxLength = contest.codeLength;
  fault('code');
  draw();
  by('dialog').showModal();
  by('code').focus();
}

async function checkCode() {
  const code = by('code').value.trim();
  if (!code) return fault('code', say('codeMissing'));
  by('check').disabled = true;
  const answer = await ask('/code/verify/', { phone: asked, code });
  by('check').disabled = false;
  if (answer.status === 200 && answer.body.verify) {
    proven = asked;
    by('dialog').close();
    draw();
    return by('send').focus();
  }
  fault('code', answer.status === 200 ? answer.body.message : sentenceOf(answer));
  by('code').select();
}

function changeNumber() {
  proven = '';
  asked = '';
  by('dialog').close();
  draw();
  by('phone').focus();
  by('phone').select();
}

async function register() {
  const body = { phone: proven };
  for (const { name } of fields) body[name] = by(name).value;
  for (const name of [...fields.map((one) => one.name), 'phone']) fault(name);
  by('send').disabled = true;
  const answer = await ask('/create/', body);
  by('send').disabled = false;
  if (answer.status === 200 && answer.body.created) return finish();
  const faults = Object.entries(answer.body).filter(([name, text]) => Array.isArray(text) && by(`${name}-fault`));
  for (const [name, [text]] of faults) fault(name, text);
  // A proof lasts an hour: whoever took longer proves the number again.
  if (answer.body.phone) proven = '';
  news = faults.length > 0 ? { tone: 'bad', key: 'lookAgain' } : { tone: 'bad', text: sentenceOf(answer) };
  draw();
  (faults.length > 0 ? by(faults[0][0]) : by('outcome')).focus();
}

function finish() {
  by('form').hidden = true;
  news = { tone: 'good', key: 'done', values: { name: by('first_name').value } };
  draw();
  by('outcome').focus();
}

by('prove').addEventListener('click', prove);
by('phone').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || proven) return;
  event.preventDefault();
  prove();
});
by('change').addEventListener('click', changeNumber);
by('other').addEventListener('click', changeNumber);
by('resend').addEventListener('click', async () => {
  by('resend').disabled = true;
  fault('code', await sendCode());
  drawTimer();
  by('code').focus();
});
by('code-form').addEventListener('submit', (event) => {
  event.preventDefault();
  checkCode();
});
by('form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (proven) register();
});
setInterval(drawTimer, 500);

buildFields();
speak(dictionary, draw);
const answer = await askContest();
if (answer.status === 200) contest = answer.body;
if (answer.status === 200 || answer.status === 404) by('form').hidden = !contest.isOpen;
if (!contest.isOpen) news = { tone: '', key: 'closed' };
if (answer.status === 0 || answer.status >= 500) news = { tone: 'bad', key: 'noAnswer' };
draw();
