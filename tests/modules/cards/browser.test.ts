// The story in a real browser: a telephone scans a blank code, registers, writes a card with a picture, and another reads and reports it.
// The page in each of its states, with the keyboard, without a word to another site.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { banCard } from '../../../src/modules/cards/moderation.ts';
import { openBrowser } from '../../kit/browser.ts';
import {
  type House,
  mustBeAccessible,
  mustShow,
  newCodes,
  newPerson,
  openHouse,
  Person,
  picture,
  publish,
} from './cards-house.ts';

/** Loads a file of the public pages. */
const published = (file: string) => import(new URL(`../../../public/cards/${file}`, import.meta.url).href);
const { dictionary: cardWords } = await published('card-words.js');
const { dictionary: composeWords } = await published('compose-words.js');
const { dictionary: mineWords } = await published('mine-words.js');
const { md5 } = await published('md5.js');

let house: House;
let browser: Browser;
let author: Person;
let code: string;
const strangers: string[] = [];

beforeAll(async () => {
  house = await openHouse({ PUBLIC_URL: 'http://127.0.0.1:1' });
  browser = await openBrowser();
  author = await newPerson(house);
  [code = ''] = await newCodes(house, 1);
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

async function phone(): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    locale: 'en-GB',
    baseURL: house.web.url,
  });
  context.setDefaultTimeout(60_000);
  context.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && new URL(request.url()).origin !== house.web.url)
      strangers.push(request.url());
  });
  return context;
}

describe('the story', () => {
  it('goes from a blank code to a published card with a picture', async () => {
    const context = await phone();
    const page = await context.newPage();
    await page.goto(`/qrcode?id=${code}`);
    await page.getByRole('heading', { name: 'This code is still blank.' }).waitFor();
    await mustBeAccessible(page);
    await page.getByRole('link', { name: 'Write the card' }).click();
    await page.getByLabel('E-mail').fill('wang@example.org');
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByText('needs 8 characters or more').waitFor();
    await page.getByLabel('Password').fill('a long password');
    await mustBeAccessible(page);
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByText('Signed in as wang.').waitFor();
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Write something, or add a picture.').waitFor();
    await page.getByLabel('Your words').fill('祝你生日快乐！\n<b>no markup</b>');
    const bytes = await picture(600, 400, '#cc4466').jpeg().toBuffer();
    await page.locator('#file').setInputFiles([
      { name: 'party.jpg', mimeType: 'image/jpeg', buffer: bytes },
      {
        name: 'song.mp3',
        mimeType: 'audio/mpeg',
        buffer: Buffer.concat([Buffer.from('ID3\x04\0\0'), Buffer.alloc(2000)]),
      },
    ]);
    await page.getByRole('button', { name: 'Remove song.mp3' }).waitFor();
    await page.getByText('song.mp3 · Uploading').waitFor({ state: 'detached' });
    await mustBeAccessible(page);
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Your card is published.').waitFor();
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByRole('heading', { name: 'A card from wang' }).waitFor();
    expect(await page.locator('#words').innerText()).toBe('祝你生日快乐！\n<b>no markup</b>');
    await mustShow(page, '#pictures img', 600);
    expect(await page.locator('#sounds audio').count()).toBe(1);
    await mustBeAccessible(page);
    await context.close();
    const account = await new Person(house.web).act('user_login', {
      account: { email: 'wang@example.org', pwd: md5('a long password') },
    });
    expect(account.error).toBe(0);
  });

  it('another reads it, in any language and in the dark, and reports it with the keyboard', async () => {
    const context = await phone();
    const page = await context.newPage();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`/qrcode?id=${code}`);
    await page.getByRole('heading', { name: 'A card from wang' }).waitFor();
    await mustBeAccessible(page);
    for (const [language, words] of [
      ['中文', '来自 wang 的贺卡'],
      ['Русский', 'Открытка от wang'],
      ['Nederlands', 'Een kaart van wang'],
      ['English', 'A card from wang'],
    ] as const) {
      await page.getByRole('button', { name: language }).click();
      await page.getByRole('heading', { name: words }).waitFor();
    }
    await page.getByRole('button', { name: 'Report this card' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('It advertises').check();
    await page.getByLabel('In your own words').fill('It sells balloons.');
    await mustBeAccessible(page);
    await page.getByLabel('In your own words').press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Thank you. Somebody will look at it.').waitFor();
    await context.close();
    expect(await house.core.db.cardReport.findFirstOrThrow()).toMatchObject({
      reason: 'spam',
      words: 'It sells balloons.',
    });
  });

  it('nobody can write a second card on the code', async () => {
    const context = await phone();
    const page = await context.newPage();
    await page.goto(`/cards/compose?id=${code}`);
    await page.getByLabel('E-mail').fill('wang@example.org');
    await page.getByLabel('Password').fill('a long password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This code has a card already.').waitFor();
    await context.close();
  });
});

describe('the card page', () => {
  const open = async (path: string, heading: string, act: (page: Page) => Promise<void> = mustBeAccessible) => {
    const context = await phone();
    const page = await context.newPage();
    await page.goto(path);
    await page.getByRole('heading', { name: heading }).waitFor();
    await act(page);
    await context.close();
  };

  it('says when there is no such card', () => open('/qrcode?id=nothing', 'There is no such card.'));
  it('says so for a link without anything, too', () => open('/qrcode/', 'There is no such card.'));

  it('says when a card opens', async () => {
    const token = await publish(author, {
      visible_at: Math.floor(Date.now() / 1000) + 86_400,
      local_template: { content: 'hidden words' },
    });
    await open(`/qrcode/?token=${token}`, 'Not yet!', async (page) => {
      expect(await page.content()).not.toContain('hidden words');
      await mustBeAccessible(page);
    });
  });

  it('keeps a private card for whoever holds its code', async () => {
    const [own = ''] = await newCodes(house, 1);
    const token = await publish(author, { is_public: false, qr_id: own, local_template: { content: 'for you alone' } });
    await open(`/qrcode/?token=${token}`, 'This card is private.');
    await open(`/qrcode?id=${own}`, 'A card from', async (page) => {
      expect(await page.locator('#words').innerText()).toBe('for you alone');
    });
  });

  it('shows a banned card to nobody, and its author the reason and a way to answer', async () => {
    const token = await publish(author, { local_template: { content: 'was rude' } });
    const { id } = await house.core.db.greetingCard.findFirstOrThrow({ where: { handleAsGiven: token } });
    await house.core.transaction(systemActor, (work) => banCard(work, id, 'It insults a neighbour'));
    await open(`/qrcode/?token=${token}`, 'This card is not shown any more.', async (page) => {
      expect(await page.content()).not.toContain('It insults a neighbour');
    });
    const context = await phone();
    await author.act('user_login', { account: { email: author.email, pwd: author.pwd } });
    await context.addCookies([{ name: 'sessionid', value: author.cookie.split('=')[1] ?? '', url: house.web.url }]);
    const page = await context.newPage();
    await page.goto(`/qrcode/?token=${token}`);
    await page.getByText('It insults a neighbour').waitFor();
    await mustBeAccessible(page);
    await page.getByLabel('If you think that this is wrong').fill('We are friends.');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Thank you. Somebody will look at it.').waitFor();
    await context.close();
    expect((await house.core.db.greetingCard.findUniqueOrThrow({ where: { id } })).appealNote).toBe('We are friends.');
  });

  it('speaks to nobody else', () => expect(strangers).toEqual([]));
});

describe('the words', () => {
  it.each([
    ['card page', cardWords],
    ['composer', composeWords],
    ['page of own cards', mineWords],
  ])('of the %s are complete in every language', (_page, dictionary) => {
    const words = dictionary as Record<string, Record<string, string>>;
    const keys = Object.keys(words.en ?? {}).sort();
    for (const language of ['zh', 'ru', 'nl']) {
      expect(Object.keys(words[language] ?? {}).sort()).toEqual(keys);
      for (const key of keys) {
        const holes = (text = '') => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();
        expect([language, key, holes(words[language]?.[key])]).toEqual([language, key, holes(words.en?.[key])]);
      }
    }
  });
});
