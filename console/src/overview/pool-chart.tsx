import type { ReactElement } from 'react';
import type { PoolHistoryQuery } from '../api/operations';
import { StepChart } from '../charts/step-chart';
import { money, shortMoney } from '../ui/format';
import { Empty } from '../ui/states';

type Point = PoolHistoryQuery['poolHistory'][number];

/** Two panels, as the company's revenue would be a flat line on the scale of the capital. */
export function PoolChart({ points, currency }: { points: readonly Point[]; currency: string }): ReactElement {
  if (points.length === 0) {
    return <Empty>No money has moved yet. The first confirmed deposit begins this chart.</Empty>;
  }
  const exact = (pick: (point: Point) => string) => (index: number) => {
    const point = points[index] ?? points.at(-1);
    return point === undefined ? '' : `${money(pick(point))} ${currency}`;
  };
  return (
    <StepChart
      what="Capital and company revenue"
      at={points.map(({ at }) => at)}
      panels={[
        {
          name: 'Capital',
          colour: 'first',
          values: points.map(({ capital }) => Number(capital)),
          format: exact(({ capital }) => capital),
          formatTick: shortMoney,
        },
        {
          name: 'Company revenue',
          colour: 'second',
          values: points.map(({ companyRevenue }) => Number(companyRevenue)),
          format: exact(({ companyRevenue }) => companyRevenue),
          formatTick: shortMoney,
        },
      ]}
    />
  );
}
