import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestPanel, password, type TestPanel } from './kit.ts';

let panel: TestPanel;
beforeAll(async () => {
  panel = await openTestPanel();
});
afterAll(() => panel?.close());

describe('signing in', () => {
  test('a stranger is sent to the sign-in page and back to where they wanted to go', async () => {
    const visitor = panel.stranger();
    const sent = await visitor.get('/admin/resources/Recipient', { 'sec-fetch-mode': 'navigate' });
    expect(sent.status).toBe(303);
    expect(sent.headers.get('location')).toBe('/admin/login?next=%2Fadmin%2Fresources%2FRecipient');
    const back = await visitor.form('/admin/login', {
      email: 'root@example.org',
      password,
      next: '/admin/resources/Recipient',
    });
    expect(back.headers.get('location')).toBe('/admin/resources/Recipient');
    const page = await visitor.get('/admin');
    expect(page.status).toBe(200);
    expect(page.text).toContain('window.REDUX_STATE');
  });
});
