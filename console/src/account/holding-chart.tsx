import { type ReactElement, useState } from 'react';
import { StepChart } from '../charts/step-chart';
import { money, share, shortMoney } from '../ui/format';
import { Content, Empty } from '../ui/states';
import { type Me, useHistory } from './queries';

const RANGES = [
  { name: '3 months', months: 3 },
  { name: 'A year', months: 12 },
  { name: 'All', months: null },
] as const;

/** Balance and share over the time that somebody chooses, from the first day on. */
export function HoldingChart({ me, currency }: { me: Me; currency: string }): ReactElement {
  const [months, setMonths] = useState<number | null>(null);
  const history = useHistory(me, months === null ? null : monthsAgo(months));
  return (
    <>
      <div className="segments" role="radiogroup" aria-label="Time of the chart">
        {RANGES.map((range) => (
          <label key={range.name}>
            <input
              type="radio"
              name="range"
              checked={months === range.months}
              onChange={() => {
                setMonths(range.months);
              }}
            />
            <span>{range.name}</span>
          </label>
        ))}
      </div>
      <Content query={history} what="your history" lines={6}>
        {({ steps, to }) => {
          if (steps.length === 0)
            return <Empty>No money has moved yet. Your first confirmed deposit begins this chart.</Empty>;
          return (
            <StepChart
              what="Your balance and share"
              at={steps.map(({ at }) => at)}
              until={Date.parse(to)}
              panels={[
                {
                  name: 'Balance',
                  colour: 'first',
                  values: steps.map(({ balance }) => Number(balance)),
                  format: (index) => `${money(steps[index]?.balance ?? '0.00')} ${currency}`,
                  formatTick: shortMoney,
                },
                {
                  name: 'Share',
                  colour: 'second',
                  values: steps.map(({ percentage }) => Number(percentage)),
                  format: (index) => share(steps[index]?.percentage ?? '0.0000'),
                  formatTick: (value) => `${shortMoney(value)} %`,
                },
              ]}
            />
          );
        }}
      </Content>
    </>
  );
}

function monthsAgo(months: number): Date {
  const date = new Date();
  date.setMonth(date.getMonth() - months);
  return date;
}
