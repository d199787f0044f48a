import { useSyncExternalStore } from 'react';
import { MOVED } from './navigation';

/** What stands behind the question mark of the address: a list that is filtered can be linked to, and gone back to. */
export function useParameters(): { given: URLSearchParams; give: (changes: Readonly<Record<string, string>>) => void } {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return { given: new URLSearchParams(search), give };
}

/** Changes some of them in place; an empty one is left out of the address. */
function give(changes: Readonly<Record<string, string>>): void {
  const next = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') next.delete(name);
    else next.set(name, value);
  }
  const search = next.toString();
  history.replaceState(history.state, '', `${location.pathname}${search === '' ? '' : `?${search}`}${location.hash}`);
  window.dispatchEvent(new Event(MOVED));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(MOVED, listener);
  };
}
