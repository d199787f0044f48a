import { type ReactElement, useEffect, useRef, useState } from 'react';

/** After the last letter, before it is searched for. */
const PAUSE_MS = 300;

/** A field for a text that is looked for once somebody has stopped typing. */
export function SearchField({
  label,
  text,
  hint,
  onSearch,
}: {
  label: string;
  /** What is searched for now. */
  text: string;
  hint?: string;
  onSearch: (text: string) => void;
}): ReactElement {
  const [typed, setTyped] = useState(text);
  const [shown, setShown] = useState(text);
  // The address changed otherwise, as by "back".
  if (shown !== text) {
    setShown(text);
    if (typed.trim() !== text) setTyped(text);
  }
  const timer = useRef<number>(undefined);
  useEffect(
    () => () => {
      window.clearTimeout(timer.current);
    },
    [],
  );
  return (
    <label>
      <span>{label}</span>
      <input
        type="search"
        value={typed}
        placeholder={hint}
        autoComplete="off"
        onChange={({ target }) => {
          setTyped(target.value);
          window.clearTimeout(timer.current);
          timer.current = window.setTimeout(() => {
            onSearch(target.value.trim());
          }, PAUSE_MS);
        }}
      />
    </label>
  );
}
