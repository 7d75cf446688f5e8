// The list of activities: filters live in the address, so that a filtered list can be kept and shared.
import { say, speak } from '/shared/language.js';
import { dictionary } from './activities-words.js';
import { by, campusBits, campusNames, make, send, troubleOf, types, writeTime } from './page.js';

const filters = ['campus', 'type', 'from', 'to'];
const chosen = new URLSearchParams(location.search);
let activities = [];
let page = 1;
let isEnd = false;
/** The status of an answer that brought no list. */
let trouble;
/** An answer of filters that were changed meanwhile is dropped. */
let round = 0;

async function load(next) {
  round += 1;
  const mine = round;
  page = next;
  by('list').setAttribute('aria-busy', 'true');
  const query = new URLSearchParams([...chosen].filter(([name, value]) => filters.includes(name) && value));
  query.set('page', String(page));
  const { status, json } = await send(`/api/activities?${query}`).catch(() => ({ status: 0, json: {} }));
  if (mine !== round) return;
  const content = status === 200 ? json.content : [];
  trouble = status === 200 || status === 204 ? undefined : status;
  isEnd = status !== 200 || content.length < 20;
  activities = page === 1 ? content : [...activities, ...content];
  by('list').setAttribute('aria-busy', 'false');
  draw();
}

function drawFilters() {
  const option = (value, words) => Object.assign(make('option', '', words), { value });
  by('campus').replaceChildren(
    option('', say('everywhere')),
    ...Object.entries(campusBits).map(([name, bit]) => option(String(bit), say(`campus_${name}`))),
  );
  by('type').replaceChildren(
    option('', say('everything')),
    ...types.map((name, index) => option(String(index), say(`type_${name}`))),
  );
  for (const name of filters) by(name).value = chosen.get(name) ?? '';
  by('feed').href =
    `/activities.ics?${new URLSearchParams([...chosen].filter(([name, value]) => filters.includes(name) && value))}`;
}

function card(activity) {
  const link = make('a', 'card');
  link.href = `/activities/${activity.id}`;
  const day = make('div', 'card-day');
  day.append(
    make('span', '', writeTime(activity.startTime, { month: 'short' })),
    make('strong', '', writeTime(activity.startTime, { day: 'numeric' })),
    make('span', '', writeTime(activity.startTime, { weekday: 'short' })),
  );
  const text = make('div');
  const name = make('p', 'card-name', activity.name);
  name.dir = 'auto';
  const place = [campusNames(activity.campus), activity.location].filter(Boolean).join(' · ');
  const when = writeTime(activity.startTime, { hour: '2-digit', minute: '2-digit' });
  const tags = make('div', 'tags');
  tags.append(make('span', 'tag', say(`type_${types[activity.type]}`)));
  if (activity.isOpen) tags.append(make('span', 'tag open', say('open')));
  else if (activity.can_enrolled === 1 && activity.placesLeft === 0) tags.append(make('span', 'tag', say('fullTag')));
  text.append(
    name,
    make('p', 'quiet', [when, place].filter(Boolean).join(' · ')),
    make('p', '', activity.introduction),
    tags,
  );
  link.append(day, text);
  return link;
}

/** Draws the page in the current language. */
function draw() {
  document.title = say('title');
  drawFilters();
  by('list').replaceChildren(...activities.map(card));
  by('count').textContent =
    trouble === undefined
      ? say(activities.length === 0 ? 'none' : 'some', { count: String(activities.length) })
      : troubleOf(trouble);
  by('more').hidden = isEnd;
}

for (const name of filters)
  by(name).addEventListener('change', () => {
    chosen.set(name, by(name).value);
    const kept = new URLSearchParams([...chosen].filter(([, value]) => value));
    history.replaceState(null, '', kept.size > 0 ? `?${kept}` : location.pathname);
    load(1);
  });
by('filters').addEventListener('submit', (event) => event.preventDefault());
by('more').addEventListener('click', () => load(page + 1));
speak(dictionary, draw);
load(1);
