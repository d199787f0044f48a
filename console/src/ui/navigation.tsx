import { type ComponentProps, type MouseEvent, type ReactElement, useSyncExternalStore } from 'react';

const MOVED = 'motorpool:moved';

/** The path of the page, without a slash at its end. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname.replace(/(?<=.)\/$/, ''));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(MOVED, listener);
  };
}

/** A link between pages of one document. */
export function Link({ href, ...rest }: ComponentProps<'a'> & { href: string }): ReactElement {
  const go = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, '', href);
    window.dispatchEvent(new Event(MOVED));
    window.scrollTo(0, 0);
  };
  return <a href={href} onClick={go} {...rest} />;
}
