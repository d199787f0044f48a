import { type ComponentProps, type MouseEvent, type ReactElement, useEffect, useSyncExternalStore } from 'react';

/** Told to the window when the address was changed by the page itself. */
export const MOVED = 'motorpool:moved';

/** A document of its own, since its editor needs a looser policy than the other pages. */
export const PLAYGROUND = '/admin/playground';

/** Why somebody was sent here; until they go on. */
let word: string | null = null;

/** The path of the page, without a slash at its end. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname.replace(/(?<=.)\/$/, ''));
}

/** What is to be said above the page; null where there is nothing. */
export function useWord(): string | null {
  return useSyncExternalStore(subscribe, () => word);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(MOVED, listener);
  };
}

window.addEventListener('popstate', () => {
  word = null;
});

/** Opens a page of this app. */
export function goTo(href: string, { replace = false, why = null }: { replace?: boolean; why?: string | null } = {}) {
  if (location.pathname === PLAYGROUND || href === PLAYGROUND) {
    location.assign(href);
    return;
  }
  word = why;
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  window.dispatchEvent(new Event(MOVED));
  window.scrollTo(0, 0);
}

/** Stands where a page would be that somebody is sent away from. */
export function Sent({ to, why = null }: { to: string; why?: string | null }): null {
  useEffect(() => {
    goTo(to, { replace: true, why });
  }, [to, why]);
  return null;
}

/** A link between pages of one document. */
export function Link({ href, ...rest }: ComponentProps<'a'> & { href: string }): ReactElement {
  const go = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    goTo(href);
  };
  return <a href={href} onClick={go} {...rest} />;
}
