import type { ReactElement } from 'react';

export function Brand(): ReactElement {
  return (
    <span className="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="9" />
        <path d="M8.500 16.500l5 5 10-11" />
      </svg>
      Motorpool
    </span>
  );
}
