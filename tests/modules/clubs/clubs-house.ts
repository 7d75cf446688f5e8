// A whole Steward with the clubs module for one test file: database, worker, web with the panel, and an SMTP server that keeps what it takes.
import { randomBytes } from 'node:crypto';
import PostalMime from 'postal-mime';
import { createOperator, systemActor } from '../../../src/core/index.ts';
import { pixelCanvas } from '../../../src/lib/pixel-canvas.ts';
import clubs from '../../../src/modules/clubs/module.ts';
import { approveClub } from '../../../src/modules/clubs/service.ts';
import { type MailHouse, openMailHouseOf, rootPassword } from '../../kit/house.ts';
import { type Answered, Visitor } from '../../kit/http.ts';
import type { AcceptedMail } from '../../kit/smtp-sink.ts';

export const password = rootPassword;

/** The tables that a refused call must leave alone. */
export const wireTables = [
  'Club',
  'Activity',
  'ActivityEnrolment',
  'ClubMessage',
  'ClubMessageRecipient',
  'Operator',
  'Message',
];

/** What a test of this module works with. */
export type House = MailHouse;

/** Opens the house; `panel`: none, one that answers without its browser code, or the whole of it. */
export function openHouse(
  options: { panel?: 'none' | 'http' | 'browser'; settings?: Record<string, string> } = {},
): Promise<House> {
  const { panel = 'none', settings } = options;
  return openMailHouseOf(
    [clubs],
    { TIME_ZONE: 'Asia/Shanghai', PUBLIC_URL: 'http://localhost:3000', ...settings },
    { panel: panel !== 'none', hasRoot: false, isBundled: panel === 'browser' },
  );
}

/** Calls the API as a program does: without cookies, with a token if there is one. */
export function call(
  house: Pick<House, 'web'>,
  method: string,
  address: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string | undefined> } = {},
): Promise<Answered> {
  const { token, body, headers } = options;
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const plain = { origin: undefined, 'sec-fetch-site': undefined, 'sec-fetch-mode': undefined };
  return new Visitor(house.web).send(method, address, {
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: { ...plain, ...json, ...(token === undefined ? {} : { authorization: token }), ...headers },
  });
}

let shade = 0;

/** Makes a picture that no other is like. */
export function picture(width = 40, height = 30): Buffer {
  shade += 1;
  const canvas = pixelCanvas(width, height);
  const [red = 0, green = 0, blue = 0] = randomBytes(3);
  canvas.paint((x, y) => [(red + x) % 256, (green + y) % 256, (blue + shade) % 256]);
  return canvas.png();
}

/** Sends a file as a form does and returns the answer. */
export function sendFile(
  house: Pick<House, 'web'>,
  bytes: Buffer,
  field = 'file',
  name = 'photo.png',
): Promise<Answered> {
  const boundary = `----form${randomBytes(8).toString('hex')}`;
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: image/png\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return new Visitor(house.web).send('POST', '/api/images', {
    body,
    headers: { origin: undefined, 'content-type': `multipart/form-data; boundary=${boundary}` },
  });
}

/** Uploads a picture and returns its file name. */
export async function upload(house: Pick<House, 'web'>, bytes = picture()): Promise<string> {
  const { status, json, text } = await sendFile(house, bytes);
  if (status !== 200) throw new Error(`The upload was refused: ${status} ${text}`);
  return String(json?.filename);
}

let count = 0;

/** Applies as a club by the API and returns its row. */
export async function apply(house: House, values: Record<string, unknown> = {}) {
  count += 1;
  const email = `club${count}@example.org`;
  const [logo, evidence] = [await upload(house), await upload(house)];
  const body = { name: `Club ${count}`, email, logo, evidence, info: '', ...values };
  const { status, text } = await call(house, 'POST', '/api/pcusers', { body });
  if (status !== 200) throw new Error(`The application was refused: ${status} ${text}`);
  return house.core.db.club.findFirstOrThrow({
    where: { email: String(body.email).toLowerCase() },
    orderBy: { id: 'desc' },
  });
}

/** Makes an approved club that has chosen a password, and its token. */
export async function makeClub(house: House, values: Record<string, unknown> = {}) {
  const applied = await apply(house, values);
  await house.core.transaction(systemActor, (work) => approveClub(work, applied.id));
  const club = await house.core.db.club.findUniqueOrThrow({ where: { id: applied.id } });
  const { passwordHash } = await house.core.db.operator.findFirstOrThrow({
    where: { role: { name: 'administrator' } },
  });
  await house.core.db.operator.update({
    where: { id: club.operatorId ?? '' },
    data: { passwordHash, passwordUntil: null },
  });
  return { club, token: await signIn(house, club.email) };
}

/** Makes an administrator of everything, known to the API as `sysuactivity2018`, and its token. */
export async function makeAdministrator(house: House): Promise<{ id: string; token: string }> {
  const { id } = await house.core.transaction(systemActor, (work) =>
    createOperator(work, {
      email: 'root@example.org',
      name: 'Root',
      roleName: 'administrator',
      password,
      accountName: 'sysuactivity2018',
    }),
  );
  return { id, token: await signIn(house, 'sysuactivity2018') };
}

/** Signs in by the API and returns the token. */
export async function signIn(house: Pick<House, 'web'>, account: string, secret = password): Promise<string> {
  const { status, json } = await call(house, 'POST', '/api/session', { body: { account, password: secret } });
  if (status !== 200) throw new Error(`Signing in as ${account} was refused: ${status}`);
  return String(json?.token);
}

const hour = 3_600_000;

/** Writes an instant so many hours from now as the contract does, by the clocks of Shanghai. */
export function timeIn(hours: number): string {
  return new Date(Date.now() + (hours + 8) * hour).toISOString().slice(0, 16).replace('T', ' ');
}

/** The body of an activity that is announced now and open for enrolment. */
export function activityBody(values: Record<string, unknown> = {}) {
  return {
    name: 'River clean-up',
    startTime: timeIn(48),
    endTime: timeIn(52),
    campus: 5,
    location: 'North pier',
    enrollCondition: 'Everybody',
    sponsor: 'Rowing Club',
    type: 0,
    pubStartTime: timeIn(-1),
    pubEndTime: timeIn(72),
    detail: 'Bring gloves.',
    reward: 'A certificate',
    introduction: 'We clean the river.',
    requirement: 'You can swim.',
    poster: '',
    qrcode: '',
    email: 'rowing@example.org',
    enrollWay: 'Here',
    enrollEndTime: timeIn(24),
    can_enrolled: 1,
    ...values,
  };
}

/** Announces an activity and returns its row. */
export async function announce(house: House, values: Record<string, unknown> = {}, token?: string) {
  const { status, text } = await call(house, 'POST', '/api/act', { body: activityBody(values), token });
  if (status !== 200) throw new Error(`The activity was refused: ${status} ${text}`);
  return house.core.db.activity.findFirstOrThrow({ orderBy: { number: 'desc' } });
}

/** Returns the mails that the server took for an address. */
export function mailsTo(house: Pick<House, 'sink'>, email: string): AcceptedMail[] {
  return house.sink.accepted.filter(({ to }) => to.includes(email));
}

/** Reads the text of a mail. */
export async function textOf(mail: AcceptedMail): Promise<{ subject: string; text: string }> {
  const { subject = '', text = '' } = await PostalMime.parse(mail.raw);
  return { subject, text };
}

/** Opens a house with an administrator and two clubs. */
export async function openTwoClubs() {
  const house = await openHouse();
  const root = (await makeAdministrator(house)).token;
  const club = await makeClub(house, { name: 'Rowing Club' });
  const other = await makeClub(house, { name: 'Chess Club' });
  return { house, root, club, other };
}
