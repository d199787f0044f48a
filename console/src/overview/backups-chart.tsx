import { scaleBand } from '@visx/scale';
import { BarRounded } from '@visx/shape';
import type { ReactElement } from 'react';
import type { Backup } from '../api/queries';
import { Frame, valueScale } from '../charts/axes';
import { MARGIN, type Panel, Panels } from '../charts/panels';
import { duration, durationUnit, size, sizeUnit, timesBetween } from '../ui/format';
import { Empty } from '../ui/states';

const HEIGHT = 128;
/** More bars than that are too thin to tell apart. */
const MAX_BARS = 60;

export function BackupsChart({ backups }: { backups: readonly Backup[] }): ReactElement {
  const shown = backups.slice(0, MAX_BARS).reverse();
  const [first] = shown;
  const last = shown.at(-1);
  if (first === undefined || last === undefined) {
    return <Empty>No backup yet. The first operation makes one, and so does “Back up now”.</Empty>;
  }
  const timeOf = timesBetween(first.createdAt, last.createdAt);
  const sizes = sizeUnit(Math.max(...shown.map(({ sizeBytes }) => sizeBytes)));
  const durations = durationUnit(Math.max(...shown.map(({ durationMs }) => durationMs)));
  const bands = (width: number) =>
    scaleBand<number>({
      domain: shown.map((_, index) => index),
      range: [MARGIN.left, width - MARGIN.right],
      paddingInner: 0.25,
      // A few wide slabs would look like something else than bars.
      paddingOuter: Math.max(0.1, (12 - shown.length) / 2),
    });
  const panels: Panel[] = [
    {
      name: 'Size',
      colour: 'first',
      values: shown.map(({ sizeBytes }) => sizeBytes / sizes.size),
      format: (index) => size(shown[index]?.sizeBytes ?? 0),
      formatTick: (value) => `${value} ${sizes.name}`,
    },
    {
      name: 'Duration',
      colour: 'second',
      values: shown.map(({ durationMs }) => durationMs / durations.size),
      format: (index) => duration(shown[index]?.durationMs ?? 0),
      formatTick: (value) => `${value} ${durations.name}`,
    },
  ];
  return (
    <Panels
      summary={`Size and duration of the backups from ${timeOf(first.createdAt)} to ${timeOf(last.createdAt)}.`}
      last="The latest"
      height={HEIGHT}
      places={shown.map(({ createdAt }, index) => ({
        label: timeOf(createdAt),
        x: (width) => {
          const x = bands(width);
          return (x(index) ?? 0) + x.bandwidth() / 2;
        },
      }))}
      panels={panels}
      draw={(panel, { width, height }, chosen) => {
        const x = bands(width);
        const y = valueScale(panel.values, height);
        return (
          <Frame
            scale={y}
            width={width}
            height={height}
            formatTick={panel.formatTick}
            labels={[
              { x: MARGIN.left, text: timeOf(first.createdAt), anchor: 'start' },
              { x: width - MARGIN.right, text: timeOf(last.createdAt), anchor: 'end' },
            ]}
          >
            {panel.values.map((value, index) => (
              <BarRounded
                key={shown[index]?.filename}
                className={chosen === null || chosen === index ? 'bar' : 'bar faded'}
                x={x(index) ?? 0}
                y={y(value)}
                width={x.bandwidth()}
                height={Math.max(1, y(0) - y(value))}
                radius={Math.min(3, x.bandwidth() / 2)}
                top
              />
            ))}
          </Frame>
        );
      }}
    />
  );
}
