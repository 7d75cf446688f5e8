// Where the focus goes when what had it goes away: to the heading, so that keyboards and screen readers begin there.

/** Gives the focus to the page's heading. */
export function focusHeading(): void {
  document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
}
