// Enrolling, and the lists of who enrolled for those who run the activity.
import { z } from 'zod';
import { type LimitRule, route, unavailable } from '../../core/index.ts';
import { turnstile } from '../../lib/turnstile.ts';
import { theirs } from './activity-routes.ts';
import { enrol, enrolmentBody, removeEnrolment } from './enrolments.ts';
import { done, listOf, nothing } from './envelope.ts';
import { recordNumber } from './fields.ts';
import { orSecondPerson } from './second-person.ts';
import { clubsAndAdministrators } from './session.ts';

const enrolling: LimitRule = { name: 'clubs.enrol', points: 1200, seconds: 600 };
/** Enrolments of this process, a few at a time: a rush waits in memory and not with a connection of the database in hand. */
const inTurn = turnstile(6, 5000, () => unavailable('Too many people enrol at this moment. Please try again.'));
const sees = 'clubs:enrolments';
const docs = { headers: { Authorization: 'The token of an administrator or of the club that announced it.' } };
/** The original's headings, which its front ends show. */
const tableTitle = ['名字', '学号', '联系方式', '学院'];

const add = route({
  method: 'post',
  path: '/api/actApply',
  summary: 'Enrols somebody in an approved activity',
  body: enrolmentBody,
  accepts: ['any-json'],
  maxBytes: 10_000,
  limits: [enrolling],
  docs: { description: '404: there is no such activity; 409: closed, full, or enrolled already.' },
  async handle({ body, core, actor }) {
    await inTurn(() => core.transaction(actor, (work) => enrol(work, body)));
    return done();
  },
});

const list = route({
  method: 'get',
  path: '/api/actApply',
  summary: 'Who enrolled in an activity',
  query: z.object({ act: recordNumber }),
  docs,
  admits: clubsAndAdministrators(sees),
  async handle({ query, caller, core }) {
    const activity = await theirs(core, caller, query.act);
    if (!activity) return nothing();
    const people = await core.db.activityEnrolment.findMany({
      where: { activityId: activity.id },
      orderBy: { number: 'asc' },
    });
    return listOf(
      people.map(({ number: id, name: username, studentId: studentid, phone, school }) => ({
        id,
        username,
        studentid,
        phone,
        school,
      })),
      { tableTitle },
    );
  },
});

const remove = route({
  method: 'delete',
  path: '/api/actApply',
  summary: 'Takes somebody out of an activity',
  query: z.object({ act: recordNumber, actApply: recordNumber }),
  docs,
  admits: clubsAndAdministrators(sees),
  async handle({ query, caller, core }) {
    const activity = await theirs(core, caller, query.act);
    if (!activity) return nothing();
    const person = await core.db.activityEnrolment.findUnique({ where: { number: query.actApply } });
    if (person?.activityId !== activity.id) return nothing();
    return orSecondPerson(core, caller.actor, { action: 'remove-enrolment', ids: [person.id] }, async () => {
      const wasThere = await core.transaction(caller.actor, (work) =>
        removeEnrolment(work, activity.id, person.number),
      );
      return wasThere ? done() : nothing();
    });
  },
});

/** The routes of enrolments. */
export const enrolmentRoutes = [add, list, remove];
