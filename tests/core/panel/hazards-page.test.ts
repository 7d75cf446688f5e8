// Hazards of the page: what is written into it, what it may run and load, what its headers say.
import AdminJS, { BaseProperty, BaseResource } from 'adminjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mustAnswerAtOnce } from '../../../src/core/panel/admin.ts';
import { safeJson } from '../../../src/core/panel/state.ts';
import type { Visitor } from '../../kit/http.ts';
import { openTestPanel, type TestPanel } from './kit.ts';

let panel: TestPanel;
let root: Visitor;
let club: Visitor;

beforeAll(async () => {
  panel = await openTestPanel();
  [root, club] = [await panel.root(), await panel.club()];
});
afterAll(() => panel?.close());

/** Reads the state that a page carries. */
function stateOf(html: string): { session: Record<string, unknown>; resources: Record<string, unknown>[] } {
  const [, json = ''] = /window\.REDUX_STATE = (.*);\n/.exec(html) ?? [];
  return JSON.parse(json);
}

describe('hazard 18: a guard that answers with a promise allows everything', () => {
  class Things extends BaseResource {
    override id() {
      return 'Thing';
    }
    override properties() {
      return [new BaseProperty({ path: 'id', isId: true })];
    }
    override property() {
      return null;
    }
  }
  const withGuard = (guard: () => unknown) =>
    new AdminJS({
      resources: [{ resource: new Things(), options: { actions: { list: { isAccessible: guard as () => boolean } } } }],
    });

  test('so the start refuses it by name', () => {
    expect(() => mustAnswerAtOnce(withGuard(async () => false))).toThrow('isAccessible of Thing.list');
  });

  test('and lets plain answers pass', () => {
    expect(() => mustAnswerAtOnce(withGuard(() => false))).not.toThrow();
  });
});

describe('hazard 21: no text becomes markup', () => {
  test('what ends a script or a line of it is escaped in the state', () => {
    const evil = { name: '</script><script>alert(1)</script><!-- \u2028\u2029' };
    expect(safeJson(evil)).not.toMatch(/[<\u2028\u2029]/);
    expect(JSON.parse(safeJson(evil))).toEqual(evil);
  });

  test("an operator's name with markup stays text on the page", async () => {
    const name = '</script><img src=x onerror=alert(1)>';
    await panel.core.db.operator.update({ where: { id: panel.ids.root }, data: { name } });
    const { text } = await root.get('/admin', { 'sec-fetch-mode': 'navigate' });
    expect(text).not.toContain('<img');
    expect(stateOf(text).session.name).toBe(name);
  });
});

describe('hazard 23: the page tells each role only of what it may see', () => {
  test('the page knows who is signed in, in five words, and names no resource, column or action to anybody', async () => {
    for (const visitor of [root, club]) {
      const { text } = await visitor.get('/admin');
      const state = stateOf(text);
      expect(Object.keys(state.session).sort()).toEqual(['email', 'id', 'name', 'role', 'title']);
      expect(state.resources).toEqual([]);
      for (const word of [...panel.core.registry.resources.keys(), 'website', 'bulkDelete'])
        expect(text).not.toContain(word);
    }
  });

  test("the panel's API tells each role of the resources that it may read, and of their columns and actions", async () => {
    type View = { model: string; columns: { name: string }[]; may: Record<string, boolean> };
    const viewsOf = async (visitor: Visitor) => {
      const { json } = await visitor.get('/admin/api/steward/state');
      return (json as { resources: View[] }).resources;
    };
    const [ofRoot, ofClub] = [await viewsOf(root), await viewsOf(club)];
    expect(ofRoot.length).toBe(panel.core.registry.resources.size);
    expect(ofClub.map(({ model }) => model).sort()).toEqual(['Campaign', 'Recipient']);
    const clubs = ofClub.find(({ model }) => model === 'Campaign');
    expect(clubs?.columns.map(({ name }) => name)).not.toContain('website');
    expect(clubs?.may).toEqual({ create: false, update: false, delete: false });
    expect(JSON.stringify(ofClub)).not.toContain('Operator');
  });

  test('pages that nobody declared have no data', async () => {
    for (const visitor of [club, root]) expect((await visitor.get('/admin/api/pages/ops')).status).toBe(404);
    for (const visitor of [club, root]) expect((await visitor.get('/admin/api/dashboard')).json).toEqual({});
    expect((await panel.stranger().get('/admin/api/dashboard')).status).toBe(401);
  });
});

describe('hazard 31: every asset of the page is there', () => {
  test('each is served from here, packed, under the name of its content, for a year', async () => {
    const { text } = await root.get('/admin');
    const addresses = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, address]) => address!);
    expect(addresses.length).toBe(7);
    for (const address of addresses)
      for (const encoding of ['br', 'gzip', 'identity']) {
        const answer = await panel.stranger().get(address, { 'accept-encoding': encoding });
        expect([address, answer.status]).toEqual([address, 200]);
        expect(answer.headers.get('content-encoding')).toBe(encoding === 'identity' ? null : encoding);
        expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
        expect(answer.headers.get('content-type')).toMatch(/^text\/(javascript|css)/);
      }
  });

  test('other names, AdminJS’s own addresses and old hashes are not served', async () => {
    for (const path of [
      '/admin/assets/0000000000000000/app.js',
      '/admin/assets/x/../../package.json',
      '/admin/frontend/assets/app.bundle.js',
      '/admin/frontend/assets/components.bundle.js',
    ]) {
      const answer = await panel.stranger().get(path);
      expect([path, [303, 404].includes(answer.status)]).toEqual([path, true]);
      const inside = await root.get(path);
      expect(inside.headers.get('content-type')).not.toMatch(/javascript/);
    }
  });
});

describe('hazard 33: headers on every kind of answer', () => {
  const kinds: [string, () => Promise<{ headers: Headers }>][] = [
    ['the page', () => root.get('/admin')],
    ['the sign-in page', () => panel.stranger().get('/admin/login')],
    ['an answer of the API', () => root.get('/admin/api/resources/Recipient/actions/list')],
    ['a refusal', () => panel.stranger().get('/admin/api/resources/Recipient/actions/list')],
    ['a redirect', () => panel.stranger().get('/admin')],
    ['an unknown address', () => panel.stranger().get('/nothing')],
    ['a refused method', () => root.send('PUT', '/admin')],
  ];
  test.each(kinds)('%s', async (_kind, ask) => {
    const { headers } = await ask();
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('etag')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBe('no-store');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.replace(/style-src-attr[^;]*/, '')).not.toMatch(/unsafe|https?:|\*/);
  });

  const publicKinds: [string, string, number][] = [
    ['a page for everybody', '/', 200],
    ['the document of the API', '/openapi.json', 200],
    ['an answer of the public API', '/api/runs/x', 401],
    ['a script for everybody', '/shared/language.js', 200],
    ['a file without a good link', '/files/x', 404],
    ['a sign of life', '/healthz', 200],
  ];
  test.each(publicKinds)('%s', async (_kind, path, status) => {
    const answer = await panel.stranger().get(path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-powered-by')).toBeNull();
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    expect(answer.headers.get('referrer-policy')).toMatch(/^(same-origin|no-referrer)$/);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    if (status !== 200 || path.startsWith('/api/')) expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('the page runs only scripts with its nonce, which is another one each time', async () => {
    const pages = await Promise.all([root.get('/admin'), root.get('/admin')]);
    const nonces = pages.map(({ headers, text }) => {
      const [, nonce] = /script-src 'nonce-([^']+)';/.exec(headers.get('content-security-policy') ?? '') ?? [];
      const scripts = [...text.matchAll(/<script[^>]*>/g)];
      expect(scripts.length).toBe(7);
      for (const [tag] of scripts) expect(tag).toContain(`nonce="${nonce}"`);
      expect(text).not.toMatch(/https?:\/\//);
      return nonce;
    });
    expect(nonces[0]).not.toBe(nonces[1]);
  });
});
