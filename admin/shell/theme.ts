// Light, dark, or as the system has it: kept with the operator, and in this browser so that no page flashes.
import { useEffect, useState } from 'react';
import { post } from '../api.ts';
import { apiPath } from '../paths.ts';
import { say } from '../words.ts';

export type Theme = 'system' | 'light' | 'dark';

/** The choices with their words and icons. */
export const themes: readonly { value: Theme; label: string; icon: string }[] = [
  { value: 'system', label: say('System'), icon: 'Monitor' },
  { value: 'light', label: say('Light'), icon: 'Sun' },
  { value: 'dark', label: say('Dark'), icon: 'Moon' },
];

const key = 'steward.theme';

/** Puts a theme on the page. */
function showTheme(theme: string): void {
  const root = document.documentElement;
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  else delete root.dataset.theme;
}

/** Puts the theme of the last visit on the page, before the server is asked. */
export function showKeptTheme(): void {
  try {
    showTheme(localStorage.getItem(key) ?? 'system');
  } catch {
    // Without storage the system's theme is shown until the server answers.
  }
}

/** Returns the operator's theme and the switch. */
export function useTheme(initial: string): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(themes.find(({ value }) => value === initial)?.value ?? 'system');
  useEffect(() => {
    showTheme(theme);
    try {
      localStorage.setItem(key, theme);
    } catch {
      // The server keeps it anyway.
    }
  }, [theme]);
  const choose = (next: Theme) => {
    setTheme(next);
    // The page already shows it; when it cannot be kept, the next visit simply has the old one.
    post(apiPath('me', 'theme'), { theme: next }).catch(() => {});
  };
  return [theme, choose];
}
