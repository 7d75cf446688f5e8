// A real Chromium for tests: Debian's, or the one that CHROMIUM names.
import { type Browser, chromium } from 'playwright-core';

/** Starts a browser that speaks to nobody but the pages it is told to open. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
