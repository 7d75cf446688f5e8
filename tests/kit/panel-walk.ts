// Which pages the panel has: read from what it tells its own browser code, so that a new resource, tool or action is walked without being named.
import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { PanelState } from '../../src/core/panel/api-shapes.ts';
import { settle } from './page-check.ts';

const api = '/admin/api/steward';
const own = ['/admin', '/admin/account', '/admin/second-person', '/admin/nowhere'];

/** Reads what the panel tells about itself to whoever is signed in. */
export async function readState(staff: BrowserContext, base: string): Promise<PanelState> {
  return (await staff.request.get(`${base}${api}/state`)).json() as Promise<PanelState>;
}

/** Reads the first page of a list. */
export async function readRows(
  staff: BrowserContext,
  base: string,
  model: string,
): Promise<{ id: string; values: Record<string, unknown> }[]> {
  const answer = await staff.request.get(`${base}${api}/records/${model}`);
  return ((await answer.json()) as { rows: { id: string; values: Record<string, unknown> }[] }).rows;
}

/** Reads one record as its page does. */
export async function readRecord(
  staff: BrowserContext,
  base: string,
  model: string,
  id: string,
): Promise<Record<string, unknown>> {
  const answer = await staff.request.get(`${base}${api}/records/${model}/${id}`);
  return ((await answer.json()) as { values: Record<string, unknown> }).values;
}

/** Returns the address of every page: lists, the first record with each of its parts, forms, imports, and the panel's own. */
export async function panelPages(staff: BrowserContext, base: string, state: PanelState): Promise<string[]> {
  const pages = state.resources.map(async ({ model, tools, may, canImport }) => {
    const list = `/admin/resources/${model}`;
    const [row] = await readRows(staff, base, model);
    const parts = ['show', ...tools.map(({ name }) => name), ...(may.update ? ['edit'] : [])];
    return [
      list,
      ...(may.create ? [`${list}/actions/new`] : []),
      ...(canImport ? [`${list}/actions/import`] : []),
      ...(row ? parts.map((part) => `${list}/records/${row.id}/${part}`) : []),
    ];
  });
  return [...own, ...(await Promise.all(pages)).flat()];
}

/** Goes to another page of the panel as its links do, without loading all of it anew. */
export async function goTo(page: Page, address: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState({}, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: {} }));
  }, address);
  await settle(page);
}

/** On a list: ticks its first record, opens the drawer of each action that `isNew` and hands it to `look`, first the form, then the preview. */
export async function eachDrawer(
  page: Page,
  isNew: (name: string) => boolean,
  look: (step: string) => Promise<void>,
): Promise<string[]> {
  const box = page.locator('tbody input[type=checkbox]').first();
  if ((await box.count()) === 0) return [];
  await box.check();
  const bar = page.locator('.selection-actions');
  const more = bar.locator('> button[aria-haspopup]');
  const inMenu = (await more.count()) ? await namesInMenu(page, more) : [];
  const faults: string[] = [];
  const beside = await bar.locator('> button:not([aria-haspopup])').allInnerTexts();
  for (const name of [...beside, ...inMenu].filter(isNew)) {
    const opener = inMenu.includes(name) ? more : bar.getByRole('button', { name, exact: true });
    // Who is used to other programs clicks twice; the second click must not close what the first one opened.
    if (inMenu.includes(name)) await opener.click();
    else await opener.dblclick();
    const before = await opener.elementHandle();
    if (inMenu.includes(name)) await page.getByRole('menuitem', { name, exact: true }).click();
    await walkDrawer(page, (step) => look(`${name}, ${step}`));
    // On a phone the bar has fewer buttons: where the opener is no longer there, nobody can go back to it.
    const isBack = await before?.evaluate((one) => !one.isConnected || one === document.activeElement);
    if (!isBack) faults.push(`${name}: after Escape the focus is not where the drawer was opened`);
  }
  return faults;
}

async function namesInMenu(page: Page, more: Locator): Promise<string[]> {
  await more.click();
  const names = await page.getByRole('menuitem').allInnerTexts();
  await page.keyboard.press('Escape');
  return names;
}

async function walkDrawer(page: Page, look: (step: string) => Promise<void>): Promise<void> {
  const open = page.locator('dialog.drawer');
  await open.waitFor();
  const form = page.locator('#action-form');
  if (await form.count()) {
    await look('form');
    await fill(page);
    await open.locator('.dialog-foot [type=submit]').click();
  }
  await open.locator('.verdict, .field-fault, .empty').first().waitFor();
  await settle(page);
  await look('preview');
  // Keys within a mail's own frame are the frame's: it may run nothing that would hand them on.
  await open.locator('h2').first().focus();
  await page.keyboard.press('Escape');
  await open.waitFor({ state: 'detached' });
}

/** Puts something into each field that must have something. */
async function fill(page: Page): Promise<void> {
  const value: Record<string, string> = {
    date: '2030-01-01',
    'datetime-local': '2030-01-01T10:00',
    number: '1',
    email: 'ada@example.org',
  };
  for (const field of await page.locator('#action-form :is(input, textarea):required').all()) {
    if (await field.inputValue()) continue;
    const type = (await field.getAttribute('type')) ?? 'text';
    if (type === 'checkbox') await field.check();
    else if (type !== 'file') await field.fill(value[type] ?? 'Words of the test');
  }
}
