import type { ReactElement, ReactNode } from 'react';

/** A line of a list of facts. */
export function Fact({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Who did it; nothing where that is not told. */
export function By({ who }: { who: { name: string } | null }): ReactElement | null {
  if (who === null) return null;
  return (
    <>
      {' '}
      by <bdi>{who.name}</bdi>
    </>
  );
}
