import { type ReactElement, useRef, useState } from 'react';
import { Icon } from './icons';

const SHOWN_MS = 2_500;

/** Copies a text; where the browser denies that, as it does without HTTPS, the text is selected instead. */
export function CopyButton({ text, label }: { text: string; label: string }): ReactElement {
  const [said, setSaid] = useState('');
  const timer = useRef<number>(undefined);
  const say = (words: string): void => {
    setSaid(words);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      setSaid('');
    }, SHOWN_MS);
  };
  const copy = async (button: HTMLElement): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      say('Copied');
    } catch {
      const code = button.parentElement?.querySelector('code');
      if (code) getSelection()?.selectAllChildren(code);
      say('Selected: press Ctrl+C');
    }
  };
  return (
    <>
      <button type="button" className="button quiet" onClick={(event) => void copy(event.currentTarget)}>
        <Icon name="copy" />
        <span aria-hidden="true">{said === '' ? 'Copy' : said}</span>
        <span className="visually-hidden">{label}</span>
      </button>
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </>
  );
}
