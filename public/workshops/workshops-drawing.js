// Draws the parts of the workshops page; every text goes in as text.
import { say } from '/shared/language.js';
import { sayMoment, sayMomentAndZone } from '/shared/times.js';
import { blockerOf, bundleOf, fullPartnerOf, linksOf } from './workshops-choice.js';

function element(name, properties = {}, ...children) {
  const { dataset, ...plain } = properties;
  const made = Object.assign(document.createElement(name), plain);
  Object.assign(made.dataset, dataset);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

const clock = { hour: '2-digit', minute: '2-digit' };
const dayAndClock = { weekday: 'short', day: 'numeric', month: 'short', ...clock };

/** Says when a moment is; empty where it has no times. */
function timeOf(page, name) {
  const found = page.moments.find((one) => one.name === name);
  return found ? `${sayMoment(found.startsAt, dayAndClock)}–${sayMoment(found.endsAt, clock)}` : '';
}

/** Returns the moments in the order of their times, then of the workshops. */
function momentsOf(page) {
  const timed = page.moments.map(({ name }) => name);
  const all = [...new Set(page.workshops.map(({ moment }) => moment))];
  return [...timed.filter((name) => all.includes(name)), ...all.filter((name) => !timed.includes(name))];
}

/** Draws a group of choices for each moment. */
export function drawMoments(place, page, picked, acts) {
  place.replaceChildren(
    ...momentsOf(page).map((moment) => {
      const here = page.workshops.filter((one) => one.moment === moment);
      const none = here.every(({ id }) => !picked.has(id));
      return element(
        'fieldset',
        {},
        element('legend', {}, moment, element('small', { textContent: timeOf(page, moment) })),
        ...here.map((one) => drawWorkshop(page, picked, one, acts)),
        element(
          'div',
          { className: 'choice' },
          radio(moment, undefined, none, !page.event.isOpen, () => acts.choose(undefined, moment)),
          element('label', { htmlFor: idOf(moment), textContent: say('nothing') }),
        ),
      );
    }),
  );
}

const idOf = (moment, id) => (id === undefined ? `none-${moment}` : `workshop-${id}`);

function radio(moment, id, checked, disabled, chosen) {
  const input = element('input', {
    type: 'radio',
    name: `moment ${moment}`,
    id: idOf(moment, id),
    value: id ?? '',
    checked,
    disabled,
    dataset: { moment },
  });
  input.addEventListener('change', chosen);
  return input;
}

function drawWorkshop(page, picked, workshop, { choose, wait }) {
  const { id, title, moment, left, limit, description, room } = workshop;
  const isOwn = page.registrations.includes(id);
  const blocker = picked.has(id) ? undefined : blockerOf(page, picked, id);
  const isFull = left <= 0 && !isOwn;
  const partner = isFull || picked.has(id) ? undefined : fullPartnerOf(page, id);
  const isOff = !page.event.isOpen || isFull || blocker !== undefined || partner !== undefined;
  const links = linksOf(page, id).map(({ other, type }) => {
    const its = page.workshops.find((one) => one.id === other.id);
    const words = say(type === 'inclusive' ? 'together' : 'never', { other: other.title, moment: its?.moment ?? '–' });
    return element('p', { className: 'link', textContent: words });
  });
  const state = isOwn ? say('yours') : isFull ? say('full') : say('left', { left, limit });
  return element(
    'div',
    { className: isOff && !picked.has(id) ? 'choice off' : 'choice' },
    radio(moment, id, picked.has(id), isOff && !picked.has(id), () => choose(id, moment)),
    element('label', { htmlFor: idOf(moment, id), textContent: title }),
    element('span', { className: `left ${isFull ? 'none' : left <= 3 && !isOwn ? 'few' : ''}`, textContent: state }),
    element(
      'div',
      { className: 'more' },
      description || room ? element('p', { textContent: [room, description].filter(Boolean).join('\n') }) : undefined,
      ...links,
      blocker
        ? element('p', { className: 'link', textContent: say('blockedBy', { other: blocker.title }) })
        : undefined,
      partner
        ? element('p', { className: 'link', textContent: say('partnerFull', { other: partner.title }) })
        : undefined,
      ...drawLine(page, workshop, isFull, wait),
    ),
  );
}

function drawLine(page, workshop, isFull, wait) {
  const mine = page.waiting.find(({ id }) => id === workshop.id);
  if (!page.event.isOpen || mine?.state === 'offered' || !(mine || (isFull && workshop.hasWaiting))) return [];
  const act = mine ? 'leave' : 'join';
  const button = element('button', {
    type: 'button',
    className: 'small-button',
    textContent: say(mine ? 'waitLeave' : 'waitJoin'),
  });
  button.setAttribute('aria-label', `${button.textContent}: ${workshop.title}`);
  button.addEventListener('click', () => wait(workshop, act));
  return [mine ? element('p', { textContent: say('waiting') }) : undefined, button];
}

/** Draws what is offered to somebody of a waiting list. */
export function drawOffers(place, page, wait) {
  const all = page.waiting.filter(({ state }) => state === 'offered');
  // What belongs together is offered together, and taken or given back with one press.
  const offered = all.filter(({ id }, at) => all.findIndex((one) => bundleOf(page, one.id).has(id)) === at);
  const titles = (workshops) => workshops.map(({ title }) => title).join(' + ');
  place.replaceChildren(
    ...offered.map(({ id, expiresAt }) => {
      const workshop = page.workshops.find((one) => one.id === id);
      const bundle = page.workshops.filter((one) => bundleOf(page, id).has(one.id));
      const moments = bundle.map(({ moment }) => moment);
      const others = page.workshops.filter(
        (one) => moments.includes(one.moment) && page.registrations.includes(one.id) && !bundle.includes(one),
      );
      const button = (act, className) => {
        const made = element('button', { type: 'button', className, textContent: say(act) });
        made.addEventListener('click', () => wait(workshop, act));
        return made;
      };
      return element(
        'div',
        { className: 'notice good' },
        element('strong', {
          textContent: say('offer', { title: titles(bundle), until: sayMomentAndZone(expiresAt) }),
        }),
        others.length > 0 ? element('p', { textContent: say('offerSwap', { other: titles(others) }) }) : undefined,
        element('div', { className: 'row' }, button('accept', 'button'), button('decline', 'button second')),
      );
    }),
  );
}

/** Draws a list for each moment that somebody puts in order. */
export function drawRanking(place, page, order, move) {
  const byId = new Map(page.workshops.map((one) => [one.id, one]));
  place.replaceChildren(
    ...momentsOf(page).map((moment) => {
      const here = order.map((id) => byId.get(id)).filter((one) => one?.moment === moment);
      return element(
        'fieldset',
        {},
        element('legend', { textContent: moment }),
        element(
          'ol',
          { className: 'ranked' },
          ...here.map(({ id, title }, at) =>
            element(
              'li',
              {},
              element('span', { textContent: title }),
              step(id, title, -1, at === 0, move),
              step(id, title, 1, at === here.length - 1, move),
            ),
          ),
        ),
      );
    }),
  );
}

function step(id, title, by, disabled, move) {
  const button = element('button', {
    type: 'button',
    className: 'step',
    textContent: by < 0 ? '↑' : '↓',
    disabled,
    dataset: { rank: id, by },
  });
  button.setAttribute('aria-label', say(by < 0 ? 'up' : 'down', { title }));
  button.addEventListener('click', () => move(id, by));
  return button;
}

/** Draws somebody's schedule. */
export function drawSchedule(place, page) {
  const own = momentsOf(page).flatMap((moment) =>
    page.workshops.filter((one) => one.moment === moment && page.registrations.includes(one.id)),
  );
  place.replaceChildren(
    ...own.map(({ title, moment, room }) =>
      element(
        'li',
        {},
        element('span', {
          className: 'quiet',
          textContent: [moment, timeOf(page, moment)].filter(Boolean).join(' · '),
        }),
        element('strong', { textContent: title }),
        room ? element('span', { className: 'quiet', textContent: room }) : undefined,
      ),
    ),
    ...(own.length === 0 ? [element('li', { className: 'quiet', textContent: say('noSchedule') })] : []),
  );
}
