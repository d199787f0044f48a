import { curveStepAfter } from '@visx/curve';
import { scaleUtc } from '@visx/scale';
import { AreaClosed, LinePath } from '@visx/shape';
import type { ReactElement } from 'react';
import type { PoolHistoryQuery } from '../api/operations';
import { Frame, valueScale } from '../charts/axes';
import { MARGIN, type Panel, Panels } from '../charts/panels';
import { money, shortMoney, timesBetween } from '../ui/format';
import { Empty } from '../ui/states';

type Point = PoolHistoryQuery['poolHistory'][number];

const HEIGHT = 128;
/** Of the time from the first point to the last. */
const TAIL = 0.04;

/** Two panels, as the company's revenue would be a flat line on the scale of the capital. */
export function PoolChart({ points, currency }: { points: readonly Point[]; currency: string }): ReactElement {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) {
    return <Empty>No money has moved yet. The first confirmed deposit begins this chart.</Empty>;
  }
  const timeOf = timesBetween(first.at, last.at);
  const times = points.map(({ at }) => Date.parse(at));
  // The last step goes on for a little, as all others do.
  const begins = times[0] ?? 0;
  const ends = (times.at(-1) ?? 0) + Math.max(1, ((times.at(-1) ?? 0) - begins) * TAIL);
  const xOf = (width: number) =>
    scaleUtc<number>({
      domain: [begins, ends],
      range: [MARGIN.left, width - MARGIN.right],
    });
  const exact = (pick: (point: Point) => string) => (index: number) =>
    `${money(pick(points[index] ?? last))} ${currency}`;
  const panels: Panel[] = [
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
  ];
  return (
    <Panels
      summary={`Capital and company revenue from ${timeOf(first.at)} to ${timeOf(last.at)}.`}
      last="Now"
      height={HEIGHT}
      places={points.map(({ at }, index) => ({
        label: timeOf(at),
        x: (width) => xOf(width)(times[index] ?? 0),
      }))}
      panels={panels}
      draw={(panel, { width, height }, chosen) => {
        const x = xOf(width);
        const y = valueScale(panel.values, height);
        const indexes = [...points.keys(), points.length];
        const xAt = (index: number): number => x(times[index] ?? ends);
        const yAt = (index: number): number => y(panel.values[index] ?? panel.values.at(-1) ?? 0);
        const shown = chosen ?? points.length;
        return (
          <Frame
            scale={y}
            width={width}
            height={height}
            formatTick={panel.formatTick}
            labels={[
              { x: MARGIN.left, text: timeOf(first.at), anchor: 'start' },
              { x: width - MARGIN.right, text: timeOf(last.at), anchor: 'end' },
            ]}
          >
            <AreaClosed className="area" data={indexes} x={xAt} y={yAt} y0={y(0)} yScale={y} curve={curveStepAfter} />
            <LinePath className="line" data={indexes} x={xAt} y={yAt} curve={curveStepAfter} />
            {chosen !== null && (
              <line className="cursor" x1={xAt(chosen)} x2={xAt(chosen)} y1={MARGIN.top} y2={height - MARGIN.bottom} />
            )}
            <circle className="dot" cx={xAt(shown)} cy={yAt(shown)} r={4} />
          </Frame>
        );
      }}
    />
  );
}
