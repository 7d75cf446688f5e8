// The silence of a restored copy in the panel: everybody is told, only who may send and sees everything ends it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silenceKey } from '../../../src/core/outbox/restored.ts';
import { openBrowser } from '../../kit/browser.ts';
import { openTestPanel, password, type TestPanel } from './kit.ts';

const path = '/admin/api/steward/silence/release';
const value = { restoredAt: '2026-11-24T10:00:00.000Z', backupOf: '2026-11-24T03:00:00.000Z' };
let panel: TestPanel;

beforeAll(async () => {
  panel = await openTestPanel({}, { realComponents: true });
  await panel.core.db.setting.create({ data: { key: silenceKey, value } });
  const message = (key: string) => ({ kind: 'x', toAddress: `${key}@example.org`, text: 'x', idempotencyKey: key });
  await panel.core.db.message.createMany({ data: [message('one'), message('two')] });
});
afterAll(() => panel?.close());

const isSilent = async () => (await panel.core.db.setting.count({ where: { key: silenceKey } })) === 1;

describe('the silence', () => {
  it('is told to every operator, with what waits, and who may end it', async () => {
    const state = async (visitor: { get(path: string): Promise<{ json?: Record<string, unknown> }> }) =>
      (await visitor.get('/admin/api/steward/state')).json?.silence;
    expect(await state(await panel.root())).toEqual({ ...value, waiting: 2, mayRelease: true });
    expect(await state(await panel.club())).toEqual({ ...value, waiting: 2, mayRelease: false });
  });

  it('is not ended by a stranger, by others, by a GET or by what does not fit', async () => {
    const root = await panel.root();
    expect((await panel.stranger().post(path, { withdraw: false })).status).toBe(401);
    expect((await (await panel.club()).post(path, { withdraw: false })).status).toBe(403);
    expect((await root.get(path)).status).toBe(404);
    for (const body of [{}, { withdraw: 'yes' }, { withdraw: false, more: 1 }])
      expect((await root.post(path, body)).status).toBe(400);
    expect(await isSilent()).toBe(true);
    expect(await panel.core.db.message.count({ where: { state: 'queued' } })).toBe(2);
  });

  it('is ended once, with the waiting messages withdrawn, and the audit says so', async () => {
    const root = await panel.root();
    const { status, json } = await root.post(path, { withdraw: true });
    expect({ status, json }).toEqual({ status: 200, json: { messages: 0, withdrawn: 2, jobs: 0, pausedRuns: 0 } });
    expect(await isSilent()).toBe(false);
    expect(await panel.core.db.message.count({ where: { state: 'cancelled' } })).toBe(2);
    expect((await root.post(path, { withdraw: true })).status).toBe(409);
    expect((await root.get('/admin/api/steward/state')).json).not.toHaveProperty('silence');
    const entries = await panel.core.db.auditEntry.findMany({
      where: { summary: { startsWith: 'The restored copy' } },
    });
    expect(entries).toMatchObject([{ actor: 'root@example.org' }]);
  });

  it('stands on every page, and is ended by its button', async () => {
    await panel.core.db.setting.create({ data: { key: silenceKey, value } });
    const browser = await openBrowser();
    const page = await browser.newPage({ baseURL: panel.web.url, locale: 'en-GB' });
    await page.goto('/admin/login');
    await page.fill('#email', 'root@example.org');
    await page.fill('#password', password);
    await page.click('button[type=submit]');
    await page.getByText('This is a restored copy').waitFor();
    await page.getByRole('button', { name: 'Release…' }).dblclick();
    await page.getByRole('dialog').getByRole('button', { name: 'Release', exact: true }).click();
    await page.getByText('Released. Messages leave again.').waitFor();
    await page.getByText('This is a restored copy').waitFor({ state: 'detached' });
    expect(await isSilent()).toBe(false);
    await browser.close();
  }, 60_000);
});
