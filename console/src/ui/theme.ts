import { useSyncExternalStore } from 'react';

/** `system` follows the reader's machine. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'motorpool.theme';
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];
const listeners = new Set<() => void>();
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

let chosen = THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system';

export function chooseTheme(theme: Theme): void {
  chosen = theme;
  localStorage.setItem(KEY, theme);
  applyTheme();
  notify();
}

/** Before the first paint, and with every choice. */
export function applyTheme(): void {
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, () => chosen);
}

/** What is really shown. */
export function useShownTheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribe, () => {
    if (chosen !== 'system') return chosen;
    return prefersDark.matches ? 'dark' : 'light';
  });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify(): void {
  for (const listener of listeners) listener();
}

prefersDark.addEventListener('change', notify);
