// What must hold for any page in a browser: axe finds nothing serious, in light and in dark; a phone is wide enough; the keyboard reaches
// everything and sees where it is; nothing is said in the console, refused, or asked of anybody else.
import axe from 'axe-core';
import type { Page } from 'playwright-core';

const desktop = { width: 1280, height: 860 };
/** The size of a phone. */
export const phone = { width: 390, height: 844 };
/** What WCAG asks for (1.4.10): a desktop at 400 %, or the narrowest phone. */
const narrow = { width: 320, height: 640 };

interface AxeAnswer {
  violations: { id: string; impact: string | null; nodes: { html: string; target: string[] }[] }[];
}

/** How many answers each page waits for. */
const asking = new WeakMap<Page, number>();

/** Writes down what must not happen while the page is used. `base` is the only address that it may ask. */
export function listenFor(page: Page, base: string): string[] {
  const complaints: string[] = [];
  const own = new URL(base).origin;
  page.on('pageerror', (error) => complaints.push(`threw ${error.message}`));
  page.on('console', (message) => {
    // What was refused is told below, with its address.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (['error', 'warning'].includes(message.type()) && !isAnswer) complaints.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    // A preview may find that the form lacks something, and says so beside the field.
    const isForm = response.status() === 400 && response.url().endsWith('/preview');
    if (response.status() >= 400 && !isForm) complaints.push(`${response.status()} from ${response.url()}`);
  });
  const count = (by: number) => asking.set(page, (asking.get(page) ?? 0) + by);
  page.on('requestfinished', () => count(-1));
  page.on('request', (request) => {
    count(1);
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== own) complaints.push(`asked ${origin}`);
  });
  page.on('requestfailed', (request) => {
    count(-1);
    // Going to the next page ends what the last one still asked for.
    const why = request.failure()?.errorText ?? '';
    if (why !== 'net::ERR_ABORTED') complaints.push(`${request.method()} ${request.url()}: ${why}`);
  });
  return complaints;
}

/** Waits until the page has its heading and has asked for nothing in the last moment, so that it stands as people see it. */
export async function settle(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  const isBusy = async () =>
    (asking.get(page) ?? 0) > 0 || (await page.locator('.loading, [aria-busy=true]').count()) > 0;
  for (let calm = 0; calm < 2; calm += 1) {
    await page.waitForTimeout(30);
    if (await isBusy()) calm = -1;
  }
}

/** Returns what is wrong with the page as it stands, in words; empty when all is well. `root`: where the keyboard is tried. */
export async function faultsOf(page: Page, root = 'main'): Promise<string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const within = root.startsWith('dialog') ? root : 'html';
  const rules = "runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";
  const contrast = "runOnly: { type: 'rule', values: ['color-contrast'] }";
  const faults = (await axeFaults(page, within, rules)).map((fault) => `light: ${fault}`);
  faults.push(...(await tornWords(page)));
  faults.push(...(await keyboardFaults(page, root)));
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  faults.push(...(await axeFaults(page, within, contrast)).map((fault) => `dark: ${fault}`));
  faults.push(...(await widthFaults(page)));
  await keepPicture(page);
  await page.setViewportSize(desktop);
  return faults;
}

let pictures = 0;

/** With PICTURES set to a folder, keeps how the page looks on a phone in the dark, to be looked at by people. */
async function keepPicture(page: Page): Promise<void> {
  if (!process.env.PICTURES) return;
  pictures += 1;
  const name = new URL(page.url()).pathname.replace(/[^a-z]+/gi, '-');
  await page.screenshot({ path: `${process.env.PICTURES}/${String(pictures).padStart(3, '0')}${name}.png` });
}

async function axeFaults(page: Page, within: string, options: string): Promise<string[]> {
  const { violations } = (await page.evaluate(
    `axe.run('${within}', { ${options}, resultTypes: ['violations'] })`,
  )) as AxeAnswer;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id} at ${nodes.map(({ target, html }) => `${target.join(' ')} ${html.slice(0, 120)}`).join('; ')}`,
    );
}

/** Returns the words, of up to 16 letters or digits, that are broken in the middle for want of room. */
async function tornWords(page: Page): Promise<string[]> {
  const torn = await page.evaluate(() => {
    // Of these scripts lines break between words only. What has a sign within, such as an address, may break.
    const word = /(?<!\S)[\p{Script=Latin}\p{Script=Cyrillic}\p{N}]{2,16}(?!\S)/gu;
    const lines = (range: Range) => new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
    const found = new Set<string>();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(node);
      if (lines(range) < 2 || node.parentElement?.closest('pre, code, .code, .visually-hidden')) continue;
      for (const { 0: text, index } of (node.textContent ?? '').matchAll(word)) {
        range.setStart(node, index);
        range.setEnd(node, index + text.length);
        if (lines(range) > 1) found.add(text);
      }
    }
    return [...found];
  });
  return torn.map((text) => `torn in the middle: ${text}`);
}

/** Returns what does not fit on a phone; the page keeps the phone's size. */
export async function widthFaults(page: Page): Promise<string[]> {
  const wide: string[] = [];
  for (const size of [narrow, phone]) {
    await page.setViewportSize(size);
    wide.push(...(await tooWide(page)));
  }
  return [...wide, ...(await tornWords(page))];
}

async function tooWide(page: Page): Promise<string[]> {
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return '';
    const out = [...document.querySelectorAll('body *')].find(
      (one) => one.getBoundingClientRect().right > clientWidth + 1,
    );
    return `${scrollWidth - clientWidth} px wider than a phone of ${clientWidth}: ${out?.outerHTML.slice(0, 120) ?? ''}`;
  });
  return wide ? [wide] : [];
}

/** Goes through the root by Tab: each element that takes the focus must be met, and must show that it has it. */
async function keyboardFaults(page: Page, root: string): Promise<string[]> {
  const waiting = await page.evaluate((selector) => {
    const within = document.querySelector<HTMLElement>(selector);
    if (!within) return -1;
    const reach = 'a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex^="-"])';
    const isReachable = (one: HTMLElement) =>
      one.tabIndex >= 0 &&
      !one.matches(':disabled') &&
      one.checkVisibility({ visibilityProperty: true }) &&
      !one.closest('[inert]');
    // Of the radio buttons of one group, Tab meets only one.
    const isRadio = (one: HTMLElement) => one.matches('input[type=radio]');
    const all = [...within.querySelectorAll<HTMLElement>(reach)].filter((one) => isReachable(one) && !isRadio(one));
    const state = { waiting: new Set(all), unseen: [] as string[] };
    Object.assign(window, { keyboard: state });
    // Whatever has the focus already would look the same before and after.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    const plain = new Map(all.map((one) => [one, looks(one)]));
    within.addEventListener('focusin', (event) => {
      const one = event.target as HTMLElement;
      if (state.waiting.delete(one) && looks(one) === plain.get(one)) state.unseen.push(one.outerHTML.slice(0, 120));
    });
    // A ring may be drawn by what holds the element: a label around a box, a cell.
    function looks(one: HTMLElement): string {
      return [one, one.parentElement, one.nextElementSibling]
        .map((part) => {
          if (!part) return '';
          const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor } = getComputedStyle(part);
          return [outlineStyle === 'none' ? '' : outlineWidth, boxShadow, borderColor, backgroundColor].join();
        })
        .join();
    }
    within.tabIndex = -1;
    within.focus();
    return all.length;
  }, root);
  if (waiting === -1) return [`no ${root} on the page`];
  // A date field takes several steps; the keys are sent without waiting for each other, in their order.
  for (let left = waiting, round = 0; left > 0 && round < 4; round += 1) {
    await Promise.all(Array.from({ length: Math.min(left + 12, 400) }, () => page.keyboard.press('Tab')));
    const now = await page.evaluate('window.keyboard.waiting.size');
    if (now === left) break;
    left = now as number;
  }
  const { missed, unseen } = (await page.evaluate(
    '({ missed: [...window.keyboard.waiting].filter((one) => one.isConnected).map((one) => one.outerHTML.slice(0, 120)), unseen: window.keyboard.unseen })',
  )) as { missed: string[]; unseen: string[] };
  return [
    ...missed.map((one) => `Tab does not reach ${one}`),
    ...unseen.map((one) => `nothing shows that the focus is at ${one}`),
  ];
}
