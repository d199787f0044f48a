import type { ReactElement } from 'react';

/** The state of a payment or vehicle, in a word that its colour only underlines. */
export function State({ word, look }: { word: string; look: string }): ReactElement {
  return <span className={`tag ${look}`}>{word}</span>;
}
