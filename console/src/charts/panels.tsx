import { type PointerEvent, type ReactElement, type ReactNode, useId, useState } from 'react';
import { useWidth } from './width';

export const MARGIN = { top: 10, right: 6, bottom: 24, left: 58 };

/** One quantity at the same places as those of the figure's other panels. */
export interface Panel {
  name: string;
  /** The quantity at each place. */
  values: readonly number[];
  /** Such as "1,500.00 USD". */
  format: (index: number) => string;
  /** For the axis; short. */
  formatTick: (value: number) => string;
  colour: 'first' | 'second';
}

export interface Place {
  /** Its time, such as "23 Nov, 04:12". */
  label: string;
  /** Pixels from the left, for a chart of that width. */
  x: (width: number) => number;
}

interface PanelsProps {
  /** What it shows, in one sentence, for those who cannot see it. */
  summary: string;
  places: readonly Place[];
  panels: readonly Panel[];
  height: number;
  /** What the last place is called where none is chosen: "Now". */
  last: string;
  draw: (panel: Panel, size: { width: number; height: number }, chosen: number | null) => ReactNode;
}

/**
 * Charts one above the other over the same places, each with a scale of its own. One place is chosen, with the pointer
 * or the arrow keys, and all panels tell their quantities there; the last one where none is.
 */
export function Panels({ summary, places, panels, height, last: lastName, draw }: PanelsProps): ReactElement {
  const [ref, width] = useWidth<HTMLDivElement>();
  const [pointed, setPointed] = useState<number | null>(null);
  const id = useId();
  const last = places.length - 1;
  const chosen = pointed === null ? null : Math.min(pointed, last);
  const told = chosen ?? last;

  const point = (event: PointerEvent<SVGSVGElement>): void => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    let nearest = 0;
    places.forEach((place, index) => {
      const before = places[nearest];
      if (before !== undefined && Math.abs(place.x(width) - x) < Math.abs(before.x(width) - x)) nearest = index;
    });
    setPointed(nearest);
  };
  const telling = panels.map((panel) => `${panel.name} ${panel.format(told)}`).join(', ');

  return (
    <div className="panels" ref={ref}>
      <p className="at" aria-hidden="true">
        {chosen === null ? lastName : places[told]?.label}
      </p>
      <input
        id={id}
        className="scrubber"
        type="range"
        min={0}
        max={last}
        value={told}
        aria-label={`${summary} Choose a time:`}
        aria-valuetext={`${places[told]?.label ?? ''}: ${telling}`}
        onChange={(event) => {
          setPointed(Number(event.target.value));
        }}
        onBlur={() => {
          setPointed(null);
        }}
      />
      {panels.map((panel) => (
        <div key={panel.name} className={`panel ${panel.colour}`}>
          <p className="reading" aria-hidden="true">
            <span className="swatch" />
            {panel.name} <strong>{panel.format(told)}</strong>
          </p>
          {width > 0 && (
            <svg
              width={width}
              height={height}
              aria-hidden="true"
              onPointerMove={point}
              onPointerDown={point}
              onPointerLeave={() => {
                setPointed(null);
              }}
            >
              {draw(panel, { width, height }, chosen)}
            </svg>
          )}
        </div>
      ))}
      <details className="numbers">
        <summary>The same in numbers</summary>
        <div className="table-place" role="region" aria-label="The same in numbers" tabIndex={0}>
          <table className="table small">
            <thead>
              <tr>
                <th scope="col">Time</th>
                {panels.map(({ name }) => (
                  <th key={name} scope="col" className="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {places
                .map(({ label }, index) => (
                  <tr key={index}>
                    <th scope="row">{label}</th>
                    {panels.map(({ name, format }) => (
                      <td key={name} className="number">
                        {format(index)}
                      </td>
                    ))}
                  </tr>
                ))
                .reverse()}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}
