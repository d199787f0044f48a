import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactElement, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** In CSS pixels; each row is measured once it is shown. */
const USUAL_ROW = 46;
/** So many rows beyond the window's edges, for who scrolls or goes on with the Tab key. */
const BEYOND = 10;
/** More rows are asked for when so few are left below. */
const NEAR_END = 30;

interface LongTableProps<Row> {
  /** What a screen reader calls it. */
  label: string;
  /** Gives the columns their widths, which no longer follow from the rows. */
  className: string;
  /** The cells of the header, one a column. */
  head: readonly ReactElement[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** The cells of a row. */
  children: (row: Row) => ReactNode;
  /** How many rows there are in all; null while that is not known. */
  total?: number | null;
  /** Asks for the next rows; left out where all are there. */
  onNearEnd?: (() => void) | undefined;
}

/** A table of any length: only the rows in and near the window are in the document. */
export function LongTable<Row>(props: LongTableProps<Row>): ReactElement {
  const { label, className, head, rows, keyOf, children, total = null, onNearEnd } = props;
  const place = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- what stands above it may have grown, which nothing tells; an equal number changes nothing
  useLayoutEffect(() => {
    const { top: fromWindow = 0 } = place.current?.getBoundingClientRect() ?? {};
    setTop(Math.round(fromWindow + window.scrollY));
  });
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => USUAL_ROW,
    overscan: BEYOND,
    scrollMargin: top,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : keyOf(row);
    },
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1);
  const isNearEnd = last !== undefined && last.index >= rows.length - NEAR_END;
  useEffect(() => {
    if (isNearEnd) onNearEnd?.();
  }, [isNearEnd, onNearEnd, rows.length]);
  const before = Math.max(0, (items[0]?.start ?? top) - top);
  const after = Math.max(0, virtualizer.getTotalSize() - ((last?.end ?? top) - top));
  return (
    <div className="table-place" role="region" aria-label={label} tabIndex={0} ref={place}>
      <table className={`table long ${className}`} aria-rowcount={(total ?? rows.length) + 1}>
        <thead>
          <tr aria-rowindex={1}>{head}</tr>
        </thead>
        <tbody>
          <Gap height={before} columns={head.length} />
          {items.map(({ index, key }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <tr key={key} data-index={index} ref={virtualizer.measureElement} aria-rowindex={index + 2}>
                {children(row)}
              </tr>
            );
          })}
          <Gap height={after} columns={head.length} />
        </tbody>
      </table>
    </div>
  );
}

/** Takes the place of the rows that are not shown. */
function Gap({ height, columns }: { height: number; columns: number }): ReactElement | null {
  if (height === 0) return null;
  return (
    <tr className="gap" aria-hidden="true">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}
