import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { Sideways } from "./Sideways";

export interface LongColumn<T> {
  name: string;
  /** How wide it is, so that nothing moves as lines come and go; `auto` takes what is left. */
  width: string;
  cell: (item: T) => ReactNode;
}

interface Props<T> {
  /** What the table is of, for those who hear it. */
  caption: string;
  columns: LongColumn<T>[];
  items: readonly T[];
  keyOf: (item: T) => string;
}

/** How high a line is until it has been measured, in pixels. */
const LINE = 52;

/** A table of any length, of which only the lines in view are there. The page scrolls it. */
export function LongTable<T>({ caption, columns, items, keyOf }: Props<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const top = useTop(body);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: scroller,
    estimateSize: () => LINE,
    getItemKey: (place) => keyOf(items[place]!),
    overscan: 10,
    scrollMargin: top,
  });
  const shown = rows.getVirtualItems();
  const above = (shown[0]?.start ?? top) - top;
  const below = rows.getTotalSize() - ((shown.at(-1)?.end ?? top) - top);
  return (
    <Sideways label={caption}>
      <table className="w-full min-w-[52rem] table-fixed border-collapse text-left" aria-rowcount={items.length + 1}>
        <caption className="sr-only">{caption}</caption>
        <colgroup>
          {columns.map(({ name, width }) => (
            <col key={name} style={{ width }} />
          ))}
        </colgroup>
        <thead>
          <tr className="border-b border-line text-xs text-soft" aria-rowindex={1}>
            {columns.map(({ name }) => (
              <th key={name} scope="col" className="px-2 py-1.5 font-medium whitespace-nowrap">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          <Gap height={above} columns={columns.length} />
          {shown.map(({ index, key }) => (
            <tr key={key} ref={rows.measureElement} data-index={index} aria-rowindex={index + 2} className="border-b border-line hover:bg-raised/50">
              {columns.map(({ name, cell }) => (
                <td key={name} className="px-2 py-1.5 align-top">
                  {cell(items[index]!)}
                </td>
              ))}
            </tr>
          ))}
          <Gap height={below} columns={columns.length} />
        </tbody>
      </table>
    </Sideways>
  );
}

/** Room of the lines that are not in view. */
function Gap({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height, padding: 0 }} />
    </tr>
  );
}

function scroller(): HTMLElement | null {
  return document.getElementById("content");
}

/** How far below the beginning of what scrolls it begins, in pixels. */
function useTop(of: { current: HTMLElement | null }): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const outer = scroller();
    if (outer === null || of.current === null) return;
    setTop(Math.round(of.current.getBoundingClientRect().top - outer.getBoundingClientRect().top + outer.scrollTop));
  });
  return top;
}
