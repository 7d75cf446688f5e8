// What staff decide, and what follows from it: four eyes, the initial password in the panel, doubles, terms, differences.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOperator, previewAction, systemActor } from '../../../src/core/index.ts';
import { actorOfOperator } from '../../../src/core/people/operators.ts';
import { readRecord } from '../../../src/core/records/records.ts';
import { approveRun } from '../../../src/core/runs/approval.ts';
import { runAction } from '../../../src/core/runs/run.ts';
import { chooseSecondPerson } from '../../../src/core/runs/second-person.ts';
import { clubsCard } from '../../../src/modules/clubs/cards.ts';
import { loadDemo } from '../../../src/modules/clubs/demo.ts';
import { suspendClub } from '../../../src/modules/clubs/renewal.ts';
import { approveClub, followApprovals, refuseClub } from '../../../src/modules/clubs/service.ts';
import { activityReviewTool, reviewTool } from '../../../src/modules/clubs/tools.ts';
import { fingerprint, Visitor } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';
import {
  announce,
  apply,
  call,
  type House,
  mailsTo,
  makeAdministrator,
  makeClub,
  openHouse,
  password,
  signIn,
  textOf,
  upload,
} from './clubs-house.ts';

const day = 86_400_000;
let house: House;
let root: Awaited<ReturnType<typeof makeAdministrator>>;

beforeAll(async () => {
  house = await openHouse({ panel: 'http' });
  root = await makeAdministrator(house);
  await house.startWorker();
}, 120_000);
beforeEach(() => house.core.db.rateLimit.deleteMany());
afterAll(() => house?.close());

const row = (id: string) => house.core.db.club.findUniqueOrThrow({ where: { id } });
const approve = (id: string) => house.core.transaction(systemActor, (work) => approveClub(work, id));
const approved = (number: number) => call(house, 'PUT', `/api/act?act=${number}&verify=1`, { token: root.token });

describe('an account that has become more than a club', () => {
  it('is neither given a password nor blocked by who decides on clubs', async () => {
    const { club } = await makeClub(house);
    const { id: roleId } = await house.core.db.role.findFirstOrThrow({ where: { name: 'clubs manager' } });
    const where = { id: club.operatorId ?? '' };
    const { passwordHash } = await house.core.db.operator.update({ where, data: { roleId } });
    await house.core.transaction(systemActor, (work) => refuseClub(work, club.id, 'No reason.'));
    await expect(approve(club.id)).rejects.toMatchObject({ code: 'conflict' });
    await house.core.db.club.update({ where: { id: club.id }, data: { state: 'approved' } });
    await house.core.transaction(systemActor, (work) => suspendClub(work, club.id, 'No reason.'));
    expect((await row(club.id)).state).toBe('suspended');
    expect(await house.core.db.operator.findUnique({ where })).toMatchObject({ state: 'active', passwordHash });
  });
});

describe('four eyes', () => {
  it('hold at the API too: nothing is decided until another operator confirms', async () => {
    const club = await apply(house);
    const other = await house.core.transaction(systemActor, (work) =>
      createOperator(work, { email: 'second@example.org', roleName: 'clubs manager', password }),
    );
    await house.core.transaction(systemActor, (work) => chooseSecondPerson(work, 'clubs.approve-club', 1));
    const answer = await call(house, 'PUT', `/api/pcusers?id=${club.number}&verify=1`, { token: root.token });
    expect([answer.status, (await row(club.id)).state]).toEqual([202, 'pending']);
    const run = await house.core.db.run.findFirstOrThrow({ where: { state: 'awaitingApproval' } });
    const as = async (id: string) =>
      actorOfOperator(await house.core.db.operator.findUniqueOrThrow({ where: { id }, include: { role: true } }));
    await expect(approveRun(house.core, await as(root.id), run.id)).rejects.toMatchObject({ status: 404 });
    expect((await row(club.id)).state).toBe('pending');
    await approveRun(house.core, await as(other.id), run.id);
    await until(async () => (await row(club.id)).state === 'approved');
    await house.core.transaction(systemActor, (work) => chooseSecondPerson(work, 'clubs.approve-club', null));
  });
});

describe('four eyes at every door of the API', () => {
  it('hold for refusals without a reason, activities, enrolments and messages: nothing happens before the second person', async () => {
    const { club, token } = await makeClub(house);
    const applied = await apply(house);
    const [waiting, shown] = [await announce(house, {}, token), await announce(house, {}, token)];
    await approved(shown.number);
    const person = { act: shown.number, username: 'Ana', studentid: '7', phone: '13800000001', school: 'Physics' };
    await call(house, 'POST', '/api/actApply', { body: person });
    const enrolment = await house.core.db.activityEnrolment.findFirstOrThrow({ where: { activityId: shown.id } });
    const actions = [
      'refuse-club',
      'approve-activity',
      'reject-activity',
      'close-enrolment',
      'remove-enrolment',
      'write-message',
    ];
    const choose = (from: number | null) =>
      house.core.transaction(systemActor, async (work) => {
        for (const name of actions) await chooseSecondPerson(work, `clubs.${name}`, from);
      });
    await choose(1);
    const tables = ['Club', 'Activity', 'ActivityEnrolment', 'ClubMessage', 'Operator'];
    const before = await fingerprint(house.core, tables);
    const message = { subject: 'Rooms', body: 'Closed in June.', pcuserId: [club.number] };
    for (const [method, address, body, by] of [
      ['PUT', `/api/pcusers?id=${applied.number}&verify=2`],
      ['PUT', `/api/act?act=${waiting.number}&verify=1`],
      ['PUT', `/api/act?act=${waiting.number}&verify=0`],
      ['PUT', `/api/act/${shown.number}`],
      ['PUT', `/api/act/${shown.number}`, undefined, token],
      ['DELETE', `/api/actApply?act=${shown.number}&actApply=${enrolment.number}`],
      ['POST', '/api/message', message],
    ] as const)
      expect([method, address, (await call(house, method, address, { token: by ?? root.token, body })).status]).toEqual(
        [method, address, 202],
      );
    expect(await fingerprint(house.core, tables)).toBe(before);
    await choose(null);
    expect((await call(house, 'PUT', `/api/act/${shown.number}`, { token })).status).toBe(200);
  });
});

describe('an approval', () => {
  it('shows its mail before it leaves, without password and link, and warns of doubles', async () => {
    const bytes = await upload(house);
    await apply(house, { name: 'Sailing Society', email: 'sail.ing@example.org', logo: bytes });
    const twin = await apply(house, { name: 'Sailing Society!', email: 'sailing+x@example.org' });
    const preview = await previewAction(house.core, systemActor, 'clubs.approve-club', {
      selection: { ids: [twin.id] },
    });
    expect(preview.sample?.preview.message?.text).toContain('(initial password)');
    expect(preview.sample?.preview.message?.text).toContain('(personal link)');
    expect(preview.sample?.preview.warning).toMatch(/Sailing Society \(.*nearly the same/);
    expect((await row(twin.id)).state).toBe('pending');
  });

  it('lets the club in by the initial password only to choose its own, and by the link once', async () => {
    const club = await apply(house);
    await approve(club.id);
    await until(() => mailsTo(house, club.email).length > 0);
    const { text } = await textOf(mailsTo(house, club.email)[0]!);
    const initial = /Initial password: (\S+)/.exec(text)?.[1] ?? '';
    const visitor = new Visitor(house.web);
    const entered = await visitor.signIn(club.email, initial);
    expect([entered.status, entered.headers.get('location')]).toEqual([
      303,
      expect.stringMatching(/^\/admin\/setup\?link=/),
    ]);
    expect((await visitor.get('/admin/api/steward/state')).status).toBe(401);
    const link = new URL(entered.headers.get('location') ?? '', house.web.url).searchParams.get('link') ?? '';
    const chosen = { link, password: 'eleven yellow tricycles', again: 'eleven yellow tricycles' };
    expect((await visitor.form('/admin/setup', chosen)).status).toBe(303);
    expect((await visitor.get('/admin/api/steward/state')).status).toBe(200);
    expect((await new Visitor(house.web).form('/admin/setup', chosen)).status).toBe(400);
    // The mailed link and the initial password are used up by that.
    const mailed = /setup\?link=([\w-]+)/.exec(text)?.[1] ?? '';
    expect((await new Visitor(house.web).form('/admin/setup', { ...chosen, link: mailed })).status).toBe(400);
    expect(
      (await call(house, 'POST', '/api/session', { body: { account: club.email, password: initial } })).status,
    ).toBe(204);
    expect(await signIn(house, club.email, 'eleven yellow tricycles')).toEqual(expect.any(String));
  });

  it('fails with a reason for an address of somebody who works here, and when the role is no longer bound', async () => {
    const staff = await apply(house, { email: 'root@example.org' });
    const run = async (id: string) => {
      const input = { selection: { ids: [id] }, form: {}, idempotencyKey: `fail-${id}-${Date.now()}` };
      const { runId } = await runAction(house.core, systemActor, 'clubs.approve-club', input);
      return house.core.db.runItem.findFirstOrThrow({ where: { runId } });
    };
    expect(await run(staff.id)).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('works here') });
    const club = await apply(house);
    await house.core.db.role.update({ where: { name: 'club' }, data: { scope: 'all' } });
    expect(await run(club.id)).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('no longer bound') });
    await house.core.db.role.update({ where: { name: 'club' }, data: { scope: 'club' } });
    for (const { id } of [staff, club]) expect(await row(id)).toMatchObject({ state: 'pending', operatorId: null });
    expect(await house.core.db.message.count({ where: { recordId: { in: [staff.id, club.id] } } })).toBe(0);
  });

  it('of a later application takes the account of the refused one over, bound to the new record', async () => {
    const first = await makeClub(house, { email: 'phoenix@example.org' });
    await house.core.transaction(systemActor, async (work) => void (await refuseClub(work, first.club.id, 'over')));
    const second = await apply(house, { email: 'phoenix@example.org', name: 'Phoenix' });
    await approve(second.id);
    const operator = await house.core.db.operator.findUniqueOrThrow({ where: { email: 'phoenix@example.org' } });
    expect(operator).toMatchObject({ scopeId: second.id, state: 'active', name: 'Phoenix' });
    expect((await row(first.club.id)).operatorId).toBeNull();
    expect((await call(house, 'GET', `/api/act/${first.club.number}/status`, { token: first.token })).status).toBe(401);
  });
});

describe('the reviews', () => {
  it('show an application with its pictures, history and the next in line', async () => {
    const first = await apply(house, { email: 'history@example.org' });
    await house.core.transaction(systemActor, async (work) => void (await refuseClub(work, first.id, 'too dark')));
    const again = await apply(house, { email: 'history@example.org' });
    const review = (await reviewTool.load({
      row: await row(again.id),
      core: house.core,
      actor: systemActor,
    })) as Record<string, unknown>;
    expect(review).toMatchObject({
      state: 'pending',
      history: [{ id: first.id, state: 'refused', refusal: 'too dark' }],
    });
    for (const picture of ['logo', 'evidence']) expect(review[picture]).toMatch(/^data:image\/png;base64,/);
    expect(review.next).toEqual(expect.any(String));
  });

  it('show field by field what an edit changed, and nothing once it is approved', async () => {
    const { token } = await makeClub(house);
    const activity = await announce(house, {}, token);
    await approved(activity.number);
    const body = { location: 'South gate', campus: 8, type: 3, endTime: '2031-02-03 10:00', reward: '' };
    await call(house, 'POST', `/api/act/${activity.number}`, { token, body });
    const load = async () => {
      const now = await house.core.db.activity.findUniqueOrThrow({ where: { id: activity.id } });
      return (await activityReviewTool.load({ row: now, core: house.core, actor: systemActor })) as {
        differences: unknown[];
      };
    };
    expect((await load()).differences).toEqual([
      {
        column: 'endsAt',
        label: 'Ends at',
        kind: 'moment',
        before: expect.stringMatching(/^\d{4}-.*Z$/),
        after: '2031-02-03T02:00:00.000Z',
      },
      {
        column: 'campuses',
        label: 'Campus',
        kind: 'choices',
        before: 'East campus, North campus',
        after: 'Zhuhai campus',
      },
      { column: 'location', label: 'Location', kind: 'text', before: 'North pier', after: 'South gate' },
      { column: 'type', label: 'Kind', kind: 'choices', before: 'Charity', after: 'Lecture' },
      { column: 'reward', label: 'Reward', kind: 'text', before: 'A certificate', after: '' },
    ]);
    await approved(activity.number);
    expect((await load()).differences).toEqual([]);
  });
});

describe('terms', () => {
  const at = (days: number) => followApprovals(house.core, new Date(Date.now() + days * day));

  it('remind once before their end, suspend after it, and a renewal lets the club in again', async () => {
    await house.core.db.clubSettings.update({
      where: { id: 'settings' },
      data: { renewalMonths: 12, reminderDays: 30 },
    });
    const { club, token } = await makeClub(house);
    expect(await at(300)).toEqual({ suspended: 0, reminded: 0 });
    expect(await at(340)).toEqual({ suspended: 0, reminded: 1 });
    expect(await at(341)).toEqual({ suspended: 0, reminded: 0 });
    await until(() => mailsTo(house, club.email).length === 2);
    expect((await textOf(mailsTo(house, club.email)[1]!)).subject).toContain('ends on');
    expect((await call(house, 'GET', `/api/act/${club.number}/status`, { token })).status).toBe(200);
    expect(await at(370)).toEqual({ suspended: 1, reminded: 0 });
    expect((await row(club.id)).state).toBe('suspended');
    expect((await call(house, 'GET', `/api/act/${club.number}/status`, { token })).status).toBe(401);
    expect((await call(house, 'POST', '/api/session', { body: { account: club.email, password } })).status).toBe(204);
    await until(() => mailsTo(house, club.email).length === 3);
    const input = { selection: { ids: [club.id] }, form: {}, idempotencyKey: `renew-${club.id}` };
    await runAction(house.core, systemActor, 'clubs.renew-club', input);
    expect(await row(club.id)).toMatchObject({ state: 'approved', remindedAt: null });
    expect(await signIn(house, club.email)).toEqual(expect.any(String));
    expect((await call(house, 'GET', `/api/act/${club.number}/status`, { token })).status).toBe(401);
  });

  it('wait for staff once the club has asked, which it can do for itself only', async () => {
    const [asks, other] = [await makeClub(house), await makeClub(house)];
    const operator = await house.core.db.operator.findUniqueOrThrow({
      where: { id: asks.club.operatorId ?? '' },
      include: { role: true },
    });
    const ids = [asks.club.id, other.club.id];
    const input = { selection: { ids }, form: {}, idempotencyKey: `ask-${asks.club.id}` };
    await runAction(house.core, actorOfOperator(operator), 'clubs.ask-renewal', input);
    expect((await row(asks.club.id)).renewalAskedAt).not.toBeNull();
    expect((await row(other.club.id)).renewalAskedAt).toBeNull();
    expect(await at(370)).toEqual({ suspended: 1, reminded: 0 });
    expect((await row(asks.club.id)).state).toBe('approved');
  });

  it('that are over are marked in the list and wait on the start page, while the club goes on as it was', async () => {
    const { club, token } = await makeClub(house);
    const data = { renewalAskedAt: new Date(), approvedUntil: new Date(Date.now() - day) };
    await house.core.db.club.update({ where: { id: club.id }, data });
    expect(await at(0)).toMatchObject({ suspended: 0 });
    expect((await call(house, 'GET', `/api/act/${club.number}/status`, { token })).status).toBe(200);
    const resource = house.core.registry.resources.get('Club')!;
    const { values } = await readRecord(house.core, systemActor, resource, club.id);
    expect(values.renewal).toBe('asks to go on; the term is over');
    const waiting = async () => {
      const content = await clubsCard.load(house.core, systemActor);
      return content.waiting?.find((one) => 'label' in one && one.label === 'Asks for renewal');
    };
    const before = await waiting();
    expect(before).toMatchObject({ tone: 'busy', href: '/resources/Club?view=2' });
    expect(resource.views?.[2]?.label).toBe('Asks for renewal');
    const input = { selection: { ids: [club.id] }, form: {}, idempotencyKey: `answer-${club.id}` };
    await runAction(house.core, systemActor, 'clubs.suspend-club', { ...input, form: { reason: 'No members left' } });
    // An answer is an answer, also this one.
    expect(await row(club.id)).toMatchObject({ state: 'suspended', renewalAskedAt: null });
    expect((await waiting())?.count).toBe(Number(before?.count) - 1);
  });

  it('do not exist where the settings give none', async () => {
    await house.core.db.clubSettings.update({ where: { id: 'settings' }, data: { renewalMonths: 0 } });
    const { club } = await makeClub(house);
    expect((await row(club.id)).approvedUntil).toBeNull();
  });
});

it('the demo makes a campus in every state, and nobody in it can sign in', async () => {
  const mails = house.sink.accepted.length;
  await loadDemo(house.core);
  const clubs = await house.core.db.club.findMany({ where: { decidedBy: 'Demo' } });
  expect(new Set(clubs.map(({ state }) => state))).toEqual(new Set(['approved', 'refused']));
  for (const { operatorId } of clubs)
    if (operatorId)
      expect((await house.core.db.operator.findUniqueOrThrow({ where: { id: operatorId } })).passwordHash).toBeNull();
  const edited = await house.core.db.activity.findFirstOrThrow({ where: { name: '植树周末' } });
  expect(edited).toMatchObject({ state: 'pending', approvedValues: { location: '东校区后山' } });
  expect(house.sink.accepted).toHaveLength(mails);
});
