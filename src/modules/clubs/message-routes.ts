// Messages of staff to clubs: written by administrators, read by them and by the clubs they went to.
import { z } from 'zod';
import { type Core, route } from '../../core/index.ts';
import { clubsOf, deleteMessage, messageBody, writeMessage } from './club-messages.ts';
import { done, listOf, nothing } from './envelope.ts';
import { pageNumber, pageSize, recordNumber } from './fields.ts';
import { orSecondPerson } from './second-person.ts';
import { administrators, clubsAndAdministrators, type SignedIn } from './session.ts';
import { writeTime } from './times.ts';

const writes = 'clubs:message';
const one = z.object({ id: recordNumber });
const admin = { headers: { Authorization: 'An administrator’s token.' } };
const reader = { headers: { Authorization: 'The token of an administrator, or of a club for its own messages.' } };

const write = route({
  method: 'post',
  path: '/api/message',
  summary: 'Writes a message to clubs',
  body: messageBody,
  accepts: ['any-json'],
  maxBytes: 50_000,
  docs: admin,
  admits: administrators(writes),
  async handle({ body, caller: actor, core }) {
    const clubs = await clubsOf(core.db, body.pcuserId);
    const asked = {
      action: 'write-message',
      ids: clubs.map(({ id }) => id),
      form: { subject: body.subject, body: body.body, byMail: false },
    };
    return orSecondPerson(core, actor, asked, async () => {
      await core.transaction(actor, (work) => writeMessage(work, body));
      return done();
    });
  },
});

const list = route({
  method: 'get',
  path: '/api/message',
  summary: 'Messages, ten a page, newest first',
  query: z.object({ page: pageNumber }),
  docs: { ...reader, description: '204 past the last page.' },
  admits: clubsAndAdministrators(writes),
  async handle({ query, caller, core }) {
    return listOf(await readMessages(core, caller, {}, (query.page - 1) * pageSize));
  },
});

const show = route({
  method: 'get',
  path: '/api/message/:id',
  summary: 'One message',
  params: one,
  docs: reader,
  admits: clubsAndAdministrators(writes),
  async handle({ params, caller, core }) {
    const [message] = await readMessages(core, caller, { number: params.id });
    return message ?? nothing();
  },
});

const remove = route({
  method: 'delete',
  path: '/api/message/:id',
  summary: 'Deletes a message for all clubs',
  params: one,
  docs: admin,
  admits: administrators(writes),
  async handle({ params, caller: actor, core }) {
    const message = await core.db.clubMessage.findUnique({ where: { number: params.id } });
    if (message) await core.transaction(actor, (work) => deleteMessage(work, message.id));
    return done();
  },
});

// A club is told of nobody else who got it.
async function readMessages(core: Core, caller: SignedIn, which: { number?: number }, skip = 0) {
  const mine = caller.role === 1 ? { clubId: caller.club.id } : {};
  const messages = await core.db.clubMessage.findMany({
    where: { ...which, ...(caller.role === 1 ? { recipients: { some: mine } } : {}) },
    include: { recipients: { where: mine, include: { club: { select: { name: true } } }, orderBy: { id: 'asc' } } },
    orderBy: { number: 'desc' },
    skip,
    take: pageSize,
  });
  return messages.map(({ number: id, subject, body, createdAt, recipients }) => ({
    id,
    subject,
    body,
    pubTime: writeTime(createdAt),
    sendTo: recipients.map(({ club }) => club.name),
  }));
}

/** The routes of messages. */
export const messageRoutes = [write, list, show, remove];
