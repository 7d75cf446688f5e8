// The panel in a real Chromium: stored markup stays text, nothing breaks the page's policy, nothing is asked of another host.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../../kit/browser.ts';
import { openTestPanel, password, type TestPanel } from './kit.ts';

let panel: TestPanel;
let browser: Browser;
const evil = '</script><script>window.pwned=1</script><img src=x onerror="window.pwned=1">';

beforeAll(async () => {
  panel = await openTestPanel({}, { realComponents: true });
  const { db } = panel.core;
  await db.operator.update({ where: { id: panel.ids.root }, data: { name: evil } });
  await db.role.updateMany({ where: { name: 'club' }, data: { name: `club ${evil}` } });
  await db.campaign.updateMany({
    data: { title: evil, organisation: evil, website: `javascript:window.pwned=1//${evil}` },
  });
  await db.recipient.updateMany({ data: { name: evil, number: evil } });
  await db.auditEntry.create({
    data: {
      kind: 'update',
      actor: evil,
      summary: evil,
      resource: evil,
      recordTitle: evil,
      before: { [evil]: evil },
      after: { [evil]: evil },
    },
  });
  await db.message.create({
    data: {
      kind: 'x',
      toAddress: 'x@example.org',
      toName: evil,
      subject: evil,
      text: evil,
      html: evil,
      idempotencyKey: 'x',
    },
  });
  browser = await openBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await panel?.close();
});

/** Opens a page that writes down everything that must not happen. */
async function watchedPage(): Promise<{ page: Page; wrongs: string[] }> {
  const page = await (await browser.newContext()).newPage();
  const wrongs: string[] = [];
  page.on('dialog', (dialog) => {
    wrongs.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => wrongs.push(`error ${error.message}`));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) wrongs.push(message.text());
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:', 'about:'].includes(url.protocol) && url.origin !== panel.web.url)
      wrongs.push(`asked ${url.href}`);
  });
  return { page, wrongs };
}

describe('hazard 21 and 33: in the browser', () => {
  test('every list and record with markup in every text shows it as text, within the policy and from here alone', async () => {
    const { page, wrongs } = await watchedPage();
    await page.goto(`${panel.web.url}/admin`);
    await page.fill('#email', 'root@example.org');
    await page.fill('#password', password);
    await page.click('button[type=submit]');
    await page.waitForURL(`${panel.web.url}/admin`);
    const { ownMember, ownClub, club } = panel.ids;
    const records = [
      `Recipient/records/${ownMember}/show`,
      `Campaign/records/${ownClub}/show`,
      `Operator/records/${club}/show`,
    ];
    const paths = [
      '/admin',
      ...[...panel.core.registry.resources.keys(), ...records].map((path) => `/admin/resources/${path}`),
    ];
    for (const path of paths) {
      await page.goto(panel.web.url + path, { waitUntil: 'networkidle' });
      expect([path, await page.evaluate('document.querySelector("#app").childElementCount > 0')]).toEqual([path, true]);
      expect([path, await page.evaluate('window.pwned')]).toEqual([path, undefined]);
    }
    await page.goto(`${panel.web.url}/admin/resources/Recipient`, { waitUntil: 'networkidle' });
    expect(await page.evaluate('document.body.innerText')).toContain('<img src=x');
    expect(wrongs).toEqual([]);
  }, 120_000);

  test('a form on another site neither deletes nor signs out', async () => {
    const { page } = await watchedPage();
    const held = await panel.root();
    const [name = '', value = ''] = held.cookie.split('=');
    await page.context().addCookies([{ name, value, url: panel.web.url, sameSite: 'Lax' }]);
    const form = (action: string) =>
      `<form method="post" action="${action}" enctype="text/plain"><input name='{"a":"' value='"}'><button>Win</button></form>`;
    const targets = [
      `/admin/api/steward/records/Recipient/${panel.ids.ownMember}/delete`,
      '/admin/logout',
      '/admin/login',
    ];
    for (const target of targets) {
      const evilSite = createServer((_request, response) => {
        response.setHeader('Content-Type', 'text/html');
        response.end(form(panel.web.url + target));
      });
      await new Promise<void>((resolve) => evilSite.listen(0, '127.0.0.1', resolve));
      await page.goto(`http://localhost:${(evilSite.address() as AddressInfo).port}/`);
      const answered = page.waitForResponse((response) => response.url() === panel.web.url + target);
      const [answer] = await Promise.all([answered, page.click('button', { noWaitAfter: true })]);
      expect([target, [401, 403].includes(answer.status())]).toEqual([target, true]);
      await page.waitForURL(panel.web.url + target);
      evilSite.closeAllConnections();
      evilSite.close();
    }
    expect(await panel.core.db.recipient.count({ where: { id: panel.ids.ownMember } })).toBe(1);
    expect((await held.get('/admin/api/steward/state')).status).toBe(200);
  });
});
