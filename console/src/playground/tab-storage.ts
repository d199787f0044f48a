import { currentSession, PLAYGROUND } from '../session/session';

/**
 * What GraphiQL remembers, kept for this tab alone and until a sign-out: a query may hold a password. By a name, so that the
 * two playgrounds do not mix.
 */
export function tabStorage(name: string): Storage {
  const prefix = `${PLAYGROUND}${name}.`;
  const owner = currentSession()?.id;
  const keys = (): string[] => Object.keys(sessionStorage).filter((key) => key.startsWith(prefix));
  return {
    get length() {
      return keys().length;
    },
    key: (index) => keys()[index]?.slice(prefix.length) ?? null,
    getItem: (key) => sessionStorage.getItem(prefix + key),
    setItem: (key, value) => {
      // It writes a moment after each letter: by then its reader may be signed out, and somebody else be here.
      if (currentSession()?.id === owner) sessionStorage.setItem(prefix + key, value);
    },
    removeItem: (key) => {
      sessionStorage.removeItem(prefix + key);
    },
    clear: () => {
      for (const key of keys()) sessionStorage.removeItem(key);
    },
  };
}
