// What staff see and do: previews without links, checks, revoking, ZIP, scope, tools with a rehearsal, verification for everybody.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, previewAction, systemActor } from '../../../src/core/index.ts';
import { parseListQuery } from '../../../src/core/records/list-query.ts';
import { deleteRecord, listRecords, readRecord, updateRecord } from '../../../src/core/records/records.ts';
import { runAction } from '../../../src/core/runs/run.ts';
import { commands } from '../../../src/modules/certificates/commands.ts';
import { loadDemo } from '../../../src/modules/certificates/demo.ts';
import { certificates, recipients } from '../../../src/modules/certificates/resource.ts';
import { designTool, organiserKeyTool, recipientsTool } from '../../../src/modules/certificates/tools.ts';
import { actorWith } from '../../kit/core.ts';
import { Visitor } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';
import { type House, makeCampaign, notifiedToken, openHouse, recipientOf } from './certificates-house.ts';

let house: House;
let visitor: Visitor;
let campaignId: string;
let code: string;
let adaToken: string;

beforeAll(async () => {
  house = await openHouse();
  visitor = new Visitor(house.web);
  await house.startWorker();
  const { campaign } = await makeCampaign(house, 'ada@example.org,7,Ada\nzoe@example.org,8,Zoë 🌷\nlin@example.org');
  campaignId = campaign.id;
  adaToken = await notifiedToken(house, 'ada@example.org');
  await visitor.post('/api/submitUserInfo', { token: adaToken, name: 'Ada Lovelace' });
  await until(async () => (await recipientOf(house, 'ada@example.org')).state === 'mailed');
  code = (await recipientOf(house, 'ada@example.org')).certificates[0]!.code;
});
afterAll(() => house?.close());

const run = async (action: string, emails: string[], form: object = {}) => {
  const rows = await Promise.all(emails.map((email) => recipientOf(house, email)));
  const selection = { ids: rows.map(({ id }) => id) };
  const idempotencyKey = crypto.randomUUID();
  const { runId } = await runAction(house.core, systemActor, `certificates.${action}`, {
    selection,
    form,
    idempotencyKey,
  });
  return house.core.db.runItem.findMany({ where: { runId }, orderBy: { position: 'asc' } });
};

describe('actions', () => {
  it('preview a notice with its text, without a working link, and warn of a name that cannot be drawn', async () => {
    const { id } = await recipientOf(house, 'zoe@example.org');
    const preview = await previewAction(house.core, systemActor, 'certificates.send-notice', {
      selection: { ids: [id] },
      form: {},
    });
    expect(preview).toMatchObject({ eligible: 1, sends: true });
    expect(preview.sample?.preview.message?.text).toContain('(personal link)');
    expect(preview.sample?.preview.message?.text).not.toMatch(/token=/);
    expect(preview.sample?.preview.warning).toContain('🌷');
    expect((await recipientOf(house, 'zoe@example.org')).noticeMessageId).toBeNull();
  });

  it('check names: the bad one fails with its reason, nothing is sent', async () => {
    const before = await house.core.db.message.count();
    const items = await run('check-names', ['ada@example.org', 'zoe@example.org']);
    expect(items.map(({ outcome }) => outcome).sort()).toEqual(['done', 'failed']);
    expect(items.find(({ outcome }) => outcome === 'failed')?.reason).toContain('🌷');
    expect(await house.core.db.message.count()).toBe(before);
  });

  it('skip with a reason whom they do not concern', async () => {
    const rows = await Promise.all(['ada@example.org', 'zoe@example.org'].map((email) => recipientOf(house, email)));
    const preview = await previewAction(house.core, systemActor, 'certificates.send-notice', {
      selection: { ids: rows.map(({ id }) => id) },
      form: {},
    });
    expect(preview).toMatchObject({ total: 2, eligible: 1, skipped: [{ reason: 'was notified already', count: 1 }] });
  });

  it('download a ZIP with PNG and PDF of each', async () => {
    const { id } = await recipientOf(house, 'ada@example.org');
    const { runId } = await runAction(house.core, systemActor, 'certificates.download-certificates', {
      selection: { ids: [id] },
      form: {},
      idempotencyKey: crypto.randomUUID(),
    });
    const { fileId } = await house.core.db.run.findUniqueOrThrow({ where: { id: runId } });
    const zip = (await house.core.files.bytes(fileId!)).toString('latin1');
    expect(zip).toContain('7 Ada Lovelace.png');
    expect(zip).toContain('7 Ada Lovelace.pdf');
  });
});

describe('verification', () => {
  const check = async (given: string) => visitor.get(`/api/certificates/verify/${given}`);

  it('tells everybody what stands on a certificate, and no address', async () => {
    const answer = await check(code.toLowerCase().replace(/(.{4})/, '$1-'));
    expect(answer.json).toMatchObject({
      code: 0,
      data: {
        state: 'valid',
        name: 'Ada Lovelace',
        number: '7',
        campaign: 'Spring volunteers',
        organisation: 'Green Canal',
      },
    });
    expect(answer.text).not.toContain('ada@example.org');
    const picture = await visitor.get(`/api/certificates/verify/${code}/certificate.png`);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);
    const pdf = await visitor.get(`/api/certificates/verify/${code}/certificate.pdf`);
    expect([pdf.status, pdf.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect((await visitor.get(`/certificates/verify/${code}`)).text).toContain('verify.js');
  });

  it.each(['ABCDEFGHJKMNPQRT', 'x', '%00', '..%2f..%2fetc', "'--"])('answers 404 to %s', async (given) => {
    expect((await check(given)).status).toBeGreaterThanOrEqual(400);
    expect((await check(given)).status).toBeLessThan(500);
  });

  it('shows a revoked certificate with its reason, without picture and PDF, and its link is dead', async () => {
    expect(await run('revoke', ['ada@example.org'], { reason: 'Issued by mistake' })).toMatchObject([
      { outcome: 'done' },
    ]);
    const answer = await check(code);
    expect(answer.json).toMatchObject({
      data: { state: 'revoked', revokedReason: 'Issued by mistake', picture: null, pdf: null },
    });
    expect((await visitor.get(`/api/certificates/verify/${code}/certificate.png`)).status).toBe(404);
    expect((await visitor.get(`/api/certificates/verify/${code}/certificate.pdf`)).status).toBe(404);
    expect((await visitor.post('/api/submitUserInfo', { token: adaToken, name: 'Ada' })).json).toMatchObject({
      code: 2,
    });
    await expect(run('revoke', ['ada@example.org'], { reason: 'Again' })).rejects.toThrow('can take part');
  });

  it('starts anew after a reset: a new notice, a new certificate, the revoked one stays revoked', async () => {
    expect(await run('reset', ['ada@example.org'])).toMatchObject([{ outcome: 'done' }]);
    const token = await notifiedToken(house, 'ada@example.org');
    expect((await visitor.post('/api/submitUserInfo', { token, name: 'Ada King' })).json).toMatchObject({ code: 0 });
    await until(async () => (await recipientOf(house, 'ada@example.org')).state === 'mailed');
    expect((await recipientOf(house, 'ada@example.org')).certificates).toHaveLength(2);
    expect((await check(code)).json).toMatchObject({ data: { state: 'revoked' } });
  });
});

describe('the claim page', () => {
  it('is told the masked address only, and shows the certificate to whoever holds the link', async () => {
    const token = await notifiedToken(house, 'lin@example.org');
    const ask = async (given: unknown) => (await visitor.post('/api/certificates/claim', { token: given })).json;
    expect(await ask(token)).toMatchObject({
      code: 0,
      data: { email: 'l***@e***.org', state: 'notified', certificate: null },
    });
    expect((await visitor.post('/api/certificates/claim/picture', { token })).json).toMatchObject({ code: 1 });
    for (const other of ['x', null, {}, ['a'], token.toLowerCase()])
      expect(await ask(other)).toMatchObject({ code: 1 });
    await visitor.post('/api/submitUserInfo', { token, name: '林' });
    const picture = await visitor.post('/api/certificates/claim/picture', { token });
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(picture.headers.get('cache-control')).toContain('no-store');
  });

  it('is a page without inline script that names no referrer', async () => {
    for (const path of ['/certificates/?token=x', '/certificates/verify', '/certificates/verify/ABC', '/']) {
      const page = await visitor.get(path);
      expect(page.status).toBe(200);
      expect(page.text).not.toMatch(/<script(?![^>]*src=)[^>]*>|onclick=|style="/);
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    }
  });
});

describe('row scope', () => {
  const organiser = (): Actor =>
    actorWith(['certificates:read', 'certificates:manage', 'certificates:send'], {
      scope: 'campaign',
      scopeId: campaignId,
    });

  it('shows an organiser the own campaign only', async () => {
    const { campaign } = await makeCampaign(house, 'foreign@example.org', { title: 'Foreign' });
    const foreign = await recipientOf(house, 'foreign@example.org');
    const list = await listRecords(house.core, organiser(), recipients, parseListQuery(recipients, organiser(), {}));
    expect(list.rows.map(({ id }) => id)).not.toContain(foreign.id);
    expect(list.total).toBe(3);
    await expect(readRecord(house.core, organiser(), recipients, foreign.id)).rejects.toThrow('does not exist');
    const held = await listRecords(
      house.core,
      organiser(),
      certificates,
      parseListQuery(certificates, organiser(), {}),
    );
    expect(held.total).toBeGreaterThan(0);
    const bound = actorWith(['certificates:read'], { scope: 'campaign', scopeId: campaign.id });
    expect((await listRecords(house.core, bound, certificates, parseListQuery(certificates, bound, {}))).total).toBe(0);
    const nobody = actorWith(['certificates:read'], { scope: 'campaign', scopeId: null });
    expect((await listRecords(house.core, nobody, recipients, parseListQuery(recipients, nobody, {}))).total).toBe(0);
  });
});

describe('changes by staff', () => {
  it('end the link when the address changes, and a certificate keeps its person', async () => {
    const { key } = await makeCampaign(house, 'typo@example.org', { title: 'Typos' });
    expect(key).toMatch(/^stw_/);
    const token = await notifiedToken(house, 'typo@example.org');
    const { id } = await recipientOf(house, 'typo@example.org');
    await updateRecord(house.core, systemActor, recipients, id, { email: 'Right@Example.org ' });
    expect(await recipientOf(house, 'right@example.org')).toMatchObject({ id, state: 'added', tokenHash: null });
    expect((await visitor.post('/api/submitUserInfo', { token, name: 'Wrong' })).json).toMatchObject({ code: 2 });
    await expect(updateRecord(house.core, systemActor, recipients, id, { state: 'mailed' })).rejects.toThrow();
    await expect(updateRecord(house.core, systemActor, recipients, id, { email: 'no address' })).rejects.toThrow();
    const ada = await recipientOf(house, 'ada@example.org');
    await expect(deleteRecord(house.core, systemActor, recipients, ada.id)).rejects.toThrow('revoke it instead');
    await deleteRecord(house.core, systemActor, recipients, id);
    expect(await house.core.db.recipient.count({ where: { id } })).toBe(0);
  });
});

describe('tools', () => {
  const call = async (
    tool: typeof designTool,
    name: string,
    input: object,
    file?: { name: string; type: string; bytes: Buffer },
  ) => {
    const row = await house.core.db.campaign.findUniqueOrThrow({ where: { id: campaignId } });
    return house.core.transaction(systemActor, async (work) => {
      const parsed = tool.calls[name]!.input.parse(input);
      return tool.calls[name]!.handle({ row, input: parsed, file, core: house.core, work, actor: systemActor });
    });
  };

  it('rehearse a list without writing, then add exactly that', async () => {
    const text = 'new1@example.org\nADA@example.org\nbad\nnew1@example.org';
    const before = await house.core.db.recipient.count();
    expect(await call(recipientsTool, 'rehearse', { text })).toMatchObject({ fresh: 1, repeated: 2, malformed: 1 });
    expect(await house.core.db.recipient.count()).toBe(before);
    const file = { name: 'a.csv', type: 'text/csv', bytes: Buffer.from(`\uFEFF${text}`) };
    expect(await call(recipientsTool, 'add', {}, file)).toMatchObject({ added: 1, repeated: 2, malformed: 1 });
    await expect(call(recipientsTool, 'add', { text: '  ' })).rejects.toThrow('Paste a list');
  });

  it('preview a design as a picture, refuse one that stands outside, save a good one', async () => {
    const { layout } = (await designTool.load({
      row: await house.core.db.campaign.findUniqueOrThrow({ where: { id: campaignId } }),
      core: house.core,
      actor: systemActor,
    })) as { layout: { name: object; number: null; date: null; qr: null } };
    const sample = { name: '王小明', number: '' };
    const drawn = (await call(designTool, 'preview', { layout, dateFormat: 'YYYY', sample })) as {
      image: string;
      boxes: object;
    };
    expect(drawn.image).toMatch(/^data:image\/png;base64,/);
    expect(Object.keys(drawn.boxes)).toContain('name');
    const outside = { ...layout, name: { ...layout.name, x: 9000 } };
    await expect(call(designTool, 'save', { layout: outside, dateFormat: 'YYYY-MM-DD' })).rejects.toThrow('outside');
    expect(() => designTool.calls.save!.input.parse({ layout: { ...layout, evil: 1 }, dateFormat: 'D' })).toThrow();
    await call(designTool, 'save', { layout: { ...layout, qr: null }, dateFormat: 'D.M.YYYY' });
    expect(await house.core.db.campaign.findUnique({ where: { id: campaignId } })).toMatchObject({
      dateFormat: 'D.M.YYYY',
      layout: { qr: null },
    });
  });

  it('make a new organiser’s key and end the one before it', async () => {
    const { key: first } = (await call(organiserKeyTool, 'create', {})) as { key: string };
    const { key: second } = (await call(organiserKeyTool, 'create', {})) as { key: string };
    const query = async (token: string) => (await visitor.post('/api/email', { token, action: 'query' })).json?.code;
    expect([await query(first), await query(second)]).toEqual([1, 0]);
    const lines: string[] = [];
    const [command] = commands;
    await command!.run(house.core, { campaign: 'by-command', create: true }, (line) => lines.push(line));
    expect(await query(lines.at(-1)!)).toBe(0);
    await expect(command!.run(house.core, { campaign: 'absent', create: false }, () => {})).rejects.toThrow('--create');
  });
});

describe('the demo', () => {
  it('makes a campaign of 24 people, seven with certificates, and mails nobody where a mail server is set', async () => {
    const before = await house.core.db.message.count();
    await loadDemo(house.core);
    const where = { campaign: { title: 'Spring volunteers 2026' } };
    expect(await house.core.db.recipient.count({ where })).toBe(24);
    expect(await house.core.db.recipient.count({ where: { ...where, state: 'mailed' } })).toBe(7);
    expect(await house.core.db.recipient.findFirst({ where: { email: 'zoe@example.org', ...where } })).toMatchObject({
      state: 'submitted',
      problem: expect.stringContaining('🌷'),
    });
    expect(await house.core.db.message.count()).toBe(before);
  });
});
