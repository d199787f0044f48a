import { type ReactElement, type ReactNode, useState } from 'react';
import type { Write } from './write';

interface FoldProps {
  summary: string;
  write: Pick<Write<never>, 'error'>;
  children: ReactNode;
  /** Called once somebody opens it. */
  onOpen?: () => void;
}

/** A form that is seldom needed, folded. It opens where its write has a problem, and stays open while that is tried again. */
export function Fold({ summary, write: { error }, children, onOpen }: FoldProps): ReactElement {
  const isTroubled = error !== null;
  const [isOpen, setOpen] = useState(isTroubled);
  const [wasTroubled, setTroubled] = useState(isTroubled);
  if (wasTroubled !== isTroubled) {
    setTroubled(isTroubled);
    if (isTroubled) setOpen(true);
  }
  return (
    <details
      className="card fold"
      open={isOpen}
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
        if (currentTarget.open) onOpen?.();
      }}
    >
      <summary>{summary}</summary>
      {children}
    </details>
  );
}
