import type { ReactElement } from 'react';
import { usePoolNow } from '../api/queries';
import { money } from '../ui/format';

/** The pool's currency, such as "USD"; empty until it is known. */
export function useCurrency(): string {
  return usePoolNow().data?.currency ?? '';
}

/** An amount of money, in one line. */
export function Amount({ of, isSigned = false }: { of: string; isSigned?: boolean }): ReactElement {
  const isNegative = of.startsWith('-');
  return (
    <span className={isNegative ? 'amount negative' : 'amount'}>
      {isSigned && !isNegative && of !== '0.00' && '+'}
      {money(of)}
    </span>
  );
}

/** What was, and what would be. */
export function BeforeAfter({ before, after }: { before: ReactElement; after: ReactElement }): ReactElement {
  return (
    <span className="before-after">
      {before} <span aria-hidden="true">→</span>
      <span className="visually-hidden">, then</span> {after}
    </span>
  );
}
