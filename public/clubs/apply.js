// Registering a club: both pictures go up at once with their progress, then the application names them.
import { say, speak } from '/shared/language.js';
import { dictionary } from './apply-words.js';
import { by, mark, send, troubleOf } from './page.js';

const pictures = ['logo', 'evidence'];
const fields = ['name', 'email', 'logo', 'evidence', 'info'];
const largest = 5 * 1024 * 1024;
/** What each picture has come to: its running upload, and the name that the server gave it. */
const uploads = { logo: {}, evidence: {} };
/** Keys of sentences by field, so that another language says them anew. */
const wrong = {};
let trouble;
let sentTo;
let busy = false;

/** Sends a chosen picture; an earlier one of the same field is given up. */
function choose(field, file) {
  uploads[field].request?.abort();
  uploads[field] = {};
  setWrong(field);
  by(`${field}-progress`).hidden = true;
  show(field, file);
  if (!file) return;
  if (file.size > largest) return setWrong(field, 'tooLarge');
  uploads[field].done = new Promise((resolve) => start(field, file, resolve));
}

function start(field, file, resolve) {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append('file', file);
  const own = uploads[field];
  own.request = request;
  const bar = by(`${field}-progress`);
  bar.value = 0;
  bar.hidden = false;
  bar.setAttribute('aria-label', say('uploading'));
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    bar.value = total ? (100 * loaded) / total : 0;
  });
  request.addEventListener('loadend', () => {
    if (uploads[field] !== own) return resolve();
    bar.value = 100;
    const answer = request.status === 200 ? JSON.parse(request.responseText) : {};
    own.name = answer.filename;
    if (!own.name) {
      bar.hidden = true;
      setWrong(field, { 400: 'noPicture', 413: 'tooLarge', 429: 'tooMany' }[request.status] ?? 'noAnswer');
    }
    resolve();
  });
  request.open('POST', '/api/images');
  request.send(form);
}

function show(field, file) {
  const image = by(`${field}-shown`);
  if (image.src) URL.revokeObjectURL(image.src);
  image.hidden = !file;
  if (file) image.src = URL.createObjectURL(file);
  else image.removeAttribute('src');
}

function setWrong(field, key) {
  wrong[field] = key;
  mark(field, key && say(key));
}

function check() {
  for (const field of ['name', 'email'])
    setWrong(
      field,
      by(field).value.trim() === '' ? 'missing' : by(field).validity.typeMismatch ? 'noEmail' : undefined,
    );
  setWrong('info');
  for (const field of pictures)
    if (!uploads[field].name) setWrong(field, wrong[field] ?? (uploads[field].done ? 'noAnswer' : 'missingPicture'));
  const first = fields.find((field) => wrong[field]);
  if (first) by(first).focus();
  return first === undefined;
}

async function submit(event) {
  event.preventDefault();
  if (busy) return;
  setBusy(true);
  setTrouble();
  try {
    await Promise.all(pictures.map((field) => uploads[field].done));
    if (check()) await apply();
  } catch {
    setTrouble('noAnswer');
  } finally {
    setBusy(false);
  }
}

async function apply() {
  const [name, email, info] = ['name', 'email', 'info'].map((field) => by(field).value.trim());
  const body = { name, email, info, logo: uploads.logo.name, evidence: uploads.evidence.name };
  const { status, json } = await send('/api/pcusers', body);
  if (status === 200) {
    sentTo = email;
    draw();
    by('outcome').focus();
  } else if (status === 400 && fields.includes(json.field)) {
    setWrong(json.field, refusals[json.field]);
    by(json.field).focus();
  } else {
    trouble = status;
    draw();
  }
}

const refusals = { name: 'unfit', email: 'takenEmail', logo: 'lostPicture', evidence: 'lostPicture', info: 'unfit' };

function setTrouble(key) {
  trouble = key;
  draw();
}

function setBusy(on) {
  busy = on;
  by('submit').disabled = on;
  by('spinner').hidden = !on;
  draw();
}

/** Draws what depends on the language. */
function draw() {
  document.title = say('title');
  by('form').hidden = sentTo !== undefined;
  by('outcome').hidden = sentTo === undefined;
  by('done-words').textContent = say('doneWords', { email: sentTo ?? '' });
  by('submit-words').textContent = say(busy ? 'sending' : 'submit');
  by('trouble').hidden = trouble === undefined;
  by('trouble').textContent = trouble === undefined ? '' : troubleOf(trouble);
  for (const field of fields) mark(field, wrong[field] && say(wrong[field]));
  for (const field of pictures) by(`${field}-shown`).alt = say(field);
}

for (const field of pictures) {
  by(field).addEventListener('change', () => choose(field, by(field).files[0]));
  const drop = by(`${field}-drop`);
  drop.addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  for (const name of ['dragleave', 'drop']) drop.addEventListener(name, () => drop.classList.remove('over'));
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    by(field).files = event.dataTransfer.files;
    choose(field, event.dataTransfer.files[0]);
  });
}
// A fault is told until it is mended, not until the next try.
for (const field of ['name', 'email', 'info']) by(field).addEventListener('input', () => setWrong(field));
by('form').addEventListener('submit', submit);
speak(dictionary, draw);
