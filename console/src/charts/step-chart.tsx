import { curveStepAfter } from '@visx/curve';
import { scaleUtc } from '@visx/scale';
import { AreaClosed, LinePath } from '@visx/shape';
import type { ReactElement } from 'react';
import { timesBetween } from '../ui/format';
import { Frame, valueScale } from './axes';
import { MARGIN, type Panel, Panels } from './panels';

const HEIGHT = 128;
/** Of the time from the first point to the last. */
const TAIL = 0.04;

interface StepChartProps {
  /** What it shows: "Capital and company revenue". */
  what: string;
  /** When each step was, oldest first; at least one. */
  at: readonly string[];
  /** With one value a step, which holds until the next. */
  panels: readonly Panel[];
  /** Until when the last value holds, in ms; a little beyond the last step where it is left out. */
  until?: number;
}

/** Quantities that change at moments and stay in between, one above the other. */
export function StepChart({ what, at, panels, until = 0 }: StepChartProps): ReactElement | null {
  const [first] = at;
  const last = at.at(-1);
  if (first === undefined || last === undefined) return null;
  const timeOf = timesBetween(first, until === 0 ? last : new Date(until).toISOString());
  const times = at.map((each) => Date.parse(each));
  // The last step goes on for a little, as all others do.
  const [begins, lastTime] = [times[0] ?? 0, times.at(-1) ?? 0];
  const ends = Math.max(until, lastTime + Math.max(1, (lastTime - begins) * TAIL));
  const endLabel = until > lastTime ? timeOf(new Date(until).toISOString()) : timeOf(last);
  const xOf = (width: number) =>
    scaleUtc<number>({
      domain: [begins, ends],
      range: [MARGIN.left, width - MARGIN.right],
    });
  return (
    <Panels
      summary={`${what} from ${timeOf(first)} to ${endLabel}.`}
      last="Now"
      height={HEIGHT}
      places={at.map((each, index) => ({
        label: timeOf(each),
        x: (width) => xOf(width)(times[index] ?? 0),
      }))}
      panels={panels}
      draw={(panel, { width, height }, chosen) => {
        const x = xOf(width);
        const y = valueScale(panel.values, height);
        const indexes = [...at.keys(), at.length];
        const xAt = (index: number): number => x(times[index] ?? ends);
        const yAt = (index: number): number => y(panel.values[index] ?? panel.values.at(-1) ?? 0);
        const shown = chosen ?? at.length;
        return (
          <Frame
            scale={y}
            width={width}
            height={height}
            formatTick={panel.formatTick}
            labels={[
              { x: MARGIN.left, text: timeOf(first), anchor: 'start' },
              { x: width - MARGIN.right, text: endLabel, anchor: 'end' },
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
