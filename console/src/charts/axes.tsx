import { scaleLinear } from '@visx/scale';
import type { ReactElement, ReactNode } from 'react';
import { MARGIN } from './panels';

export type ValueScale = ReturnType<typeof valueScale>;

/** From zero, or below it, to the largest value, with a round number on top. */
export function valueScale(values: readonly number[], height: number) {
  const highest = Math.max(0, ...values);
  const lowest = Math.min(0, ...values);
  return scaleLinear<number>({
    domain: [lowest, highest === lowest ? lowest + 1 : highest],
    range: [height - MARGIN.bottom, MARGIN.top],
    nice: 3,
  });
}

/** The axis of the values with its lines across, and where the labels of time stand. */
export function Frame({
  scale,
  width,
  height,
  formatTick,
  labels,
  children,
}: {
  scale: ValueScale;
  width: number;
  height: number;
  formatTick: (value: number) => string;
  labels: readonly { x: number; text: string; anchor: 'start' | 'middle' | 'end' }[];
  children: ReactNode;
}): ReactElement {
  const ticks = scale.ticks(3);
  return (
    <>
      {ticks.map((tick) => (
        <line
          key={tick}
          className={tick === 0 ? 'grid zero' : 'grid'}
          x1={MARGIN.left}
          x2={width - MARGIN.right}
          y1={scale(tick)}
          y2={scale(tick)}
        />
      ))}
      {ticks.map((tick) => (
        <text key={tick} className="tick" x={MARGIN.left - 8} y={scale(tick)} dy="0.32em" textAnchor="end">
          {formatTick(tick)}
        </text>
      ))}
      {children}
      {labels.map(({ x, text, anchor }) => (
        <text key={`${x}${text}`} className="tick" x={x} y={height - 6} textAnchor={anchor}>
          {text}
        </text>
      ))}
    </>
  );
}
