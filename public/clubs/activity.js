// One activity with its enrolment form.
import { say, speak } from '/shared/language.js';
import { dictionary } from './activities-words.js';
import { by, campusNames, make, mark, send, troubleOf, types, writeTime } from './page.js';

const id = /^\/activities\/([1-9]\d{0,9})$/.exec(location.pathname)?.[1];
const fields = ['username', 'studentid', 'phone', 'school'];
/** `loading`, `gone`, `noAnswer`, `shown`, or `enrolled`. */
let state = 'loading';
let activity;
const wrong = {};
let trouble;
let busy = false;

async function load() {
  const { status, json } = id ? await send(`/api/activities/${id}`).catch(() => ({ status: 0 })) : { status: 204 };
  activity = status === 200 ? json : undefined;
  state = status === 200 ? 'shown' : status === 204 || status === 400 ? 'gone' : 'noAnswer';
  draw();
}

async function submit(event) {
  event.preventDefault();
  if (busy) return;
  for (const field of fields) wrong[field] = by(field).value.trim() === '' ? 'missing' : undefined;
  trouble = undefined;
  const first = fields.find((field) => wrong[field]);
  draw();
  if (first) return by(first).focus();
  busy = true;
  by('submit').disabled = true;
  const values = Object.fromEntries(fields.map((field) => [field, by(field).value.trim()]));
  const { status, json } = await send('/api/actApply', { act: activity.id, ...values }).catch(() => ({
    status: 0,
    json: {},
  }));
  busy = false;
  by('submit').disabled = false;
  settle(status, json);
}

function settle(status, json) {
  if (status === 200) state = 'enrolled';
  else if (status === 400 && fields.includes(json.field)) wrong[json.field] = 'unfit';
  else trouble = status === 409 ? (/already/.test(json.message) ? 'twice' : 'closedNow') : status;
  draw();
  if (state === 'enrolled') by('outcome').focus();
  else if (wrong[json.field]) by(json.field).focus();
}

/** Draws the page in the current language. */
function draw() {
  by('sheet').setAttribute('aria-busy', String(state === 'loading'));
  document.title = activity ? activity.name : say('title');
  by('name').textContent = activity ? activity.name : say(state);
  by('enrolment').hidden = !activity;
  by('facts').hidden = !activity;
  if (!activity) return;
  by('kind').textContent = [say(`type_${types[activity.type]}`), activity.sponsor].filter(Boolean).join(' · ');
  by('introduction').textContent = activity.introduction;
  drawPicture('poster', activity.poster);
  drawPicture('qrcode', activity.qrcode);
  drawFacts();
  drawEnrolment();
}

function drawPicture(name, file) {
  by(name).hidden = !file;
  by(name).alt = say(name);
  if (file && !by(name).src) by(name).src = `/static/${file}`;
}

function drawFacts() {
  const clock = { dateStyle: 'full', timeStyle: 'short' };
  const facts = {
    begins: writeTime(activity.startTime, clock),
    ends: writeTime(activity.endTime, clock),
    campus: campusNames(activity.campus),
    place: activity.location,
    condition: activity.enrollCondition,
    requirement: activity.requirement,
    reward: activity.reward,
    detail: activity.detail,
    way: activity.enrollWay,
    until: writeTime(activity.enrollEndTime, clock),
  };
  by('facts').replaceChildren(
    ...Object.entries(facts)
      .filter(([, value]) => value)
      .flatMap(([name, value]) => {
        const answer = make('dd', '', value);
        answer.dir = 'auto';
        return [make('dt', '', say(name)), answer];
      }),
  );
}

function drawEnrolment() {
  const isOpen = activity.isOpen && state !== 'enrolled';
  by('form').hidden = !isOpen;
  by('outcome').hidden = state !== 'enrolled';
  by('closed').hidden = activity.isOpen || state === 'enrolled';
  by('closed').textContent = say(
    activity.placesLeft === 0 ? 'full' : activity.can_enrolled === 0 ? 'notHere' : 'closed',
  );
  by('places').textContent =
    isOpen && activity.placesLeft !== null ? say('places', { count: String(activity.placesLeft) }) : '';
  for (const field of fields) mark(field, wrong[field] && say(wrong[field]));
  by('trouble').hidden = trouble === undefined;
  by('trouble').textContent =
    trouble === undefined ? '' : typeof trouble === 'string' ? say(trouble) : troubleOf(trouble);
}

for (const field of fields)
  by(field).addEventListener('input', () => {
    delete wrong[field];
    mark(field);
  });
by('form').addEventListener('submit', submit);
speak(dictionary, draw);
load();
