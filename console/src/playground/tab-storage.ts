/**
 * What GraphiQL remembers, kept for this tab alone: a query may hold a password. By a name, so that the two playgrounds
 * do not mix.
 */
export function tabStorage(name: string): Storage {
  const prefix = `motorpool.playground.${name}.`;
  const keys = (): string[] => Object.keys(sessionStorage).filter((key) => key.startsWith(prefix));
  return {
    get length() {
      return keys().length;
    },
    key: (index) => keys()[index]?.slice(prefix.length) ?? null,
    getItem: (key) => sessionStorage.getItem(prefix + key),
    setItem: (key, value) => {
      sessionStorage.setItem(prefix + key, value);
    },
    removeItem: (key) => {
      sessionStorage.removeItem(prefix + key);
    },
    clear: () => {
      for (const key of keys()) sessionStorage.removeItem(key);
    },
  };
}
