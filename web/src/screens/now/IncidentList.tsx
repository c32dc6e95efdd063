import { type Virtualizer, useVirtualizer } from "@tanstack/react-virtual";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { useCompanyName } from "~/app/scope";
import type { Line } from "~/board/line";
import { useWide } from "~/ui/useWide";
import { Heads, IncidentRow } from "./IncidentRow";
import type { Place } from "./place";

export interface ListHandle {
  /** Brings a line into view and puts the focus on it. */
  focus: (id: string) => void;
  /** How far it is scrolled, in pixels. */
  offset: () => number;
}

interface Props {
  ids: string[];
  lines: Map<string, Line>;
  selected: string | null;
  onSelect: (id: string) => void;
  /** Whether somebody is at the list: then nothing may move. */
  onHeld: (held: boolean) => void;
  onOpen: (companyId: string, incidentId: string) => void;
  withCompany: boolean;
  /** Where somebody comes back to. */
  start: Place | null;
  ref: Ref<ListHandle>;
}

/** Heights of a line in pixels: all the same, so that nothing has to be measured. */
const [ONE_LINE, TWO_LINES, HEADS] = [36, 60, 26];

/** The list, of which only what is in view is there. */
export function IncidentList({ ids, lines, selected, onSelect, onHeld, onOpen, withCompany, start, ref }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const nameOf = useCompanyName();
  const wide = useWide("64rem");
  const height = wide ? ONE_LINE : TWO_LINES;
  const pointer = useRef(false);
  const rows = useVirtualizer({
    count: ids.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    getItemKey: (place) => ids[place] ?? place,
    overscan: 4,
    initialOffset: start?.offset ?? 0,
    scrollPaddingStart: wide ? HEADS : 0,
  });
  const focus = (id: string) => {
    const place = ids.indexOf(id);
    if (place < 0) return;
    onSelect(id);
    rows.scrollToIndex(place);
    // What is not in view yet is drawn with the next frame.
    if (!focusRow(id)) requestAnimationFrame(() => focusRow(id));
  };
  useImperativeHandle(ref, () => ({ focus, offset: () => box.current?.scrollTop ?? 0 }));
  const flying = useFlying(rows);
  const drawn = rows.getVirtualItems().length > 0;
  useEffect(() => {
    if (drawn && start !== null) focusRow(start.selected);
  }, [drawn, start]);
  return (
    <div
      ref={box}
      className="relative min-h-0 flex-1 overflow-y-auto rounded-lg border border-line bg-surface"
      onPointerEnter={() => onHeld((pointer.current = true))}
      onPointerLeave={() => {
        pointer.current = false;
        onHeld(box.current?.contains(document.activeElement) ?? false);
      }}
      onFocus={() => onHeld(true)}
      onBlur={({ relatedTarget }) => {
        if (!pointer.current && !box.current?.contains(relatedTarget)) onHeld(false);
      }}
    >
      {wide && (
        <div className="sticky top-0 z-10 bg-surface">
          <Heads withCompany={withCompany} />
        </div>
      )}
      <ul aria-label="Open incidents, the most urgent first" className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const line = lines.get(ids[index] ?? "");
          return (
            line !== undefined && (
              <li
                key={key}
                aria-setsize={ids.length}
                aria-posinset={index + 1}
                className="absolute inset-x-0 top-0 [contain:strict]"
                style={{ height, transform: `translateY(${start}px)` }}
              >
                <IncidentRow
                  line={line}
                  selected={selected === line.incident_id}
                  reachable={selected === line.incident_id || (selected === null && index === 0)}
                  onSelect={onSelect}
                  onOpen={onOpen}
                  company={withCompany ? nameOf(line.company_id) : null}
                  wide={wide}
                  brief={flying}
                />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

/** Whether it is scrolled by so much at once that what passes cannot be read: then less of each line is drawn. */
function useFlying({ scrollOffset, scrollRect, isScrolling }: Virtualizer<HTMLDivElement, Element>): boolean {
  const last = useRef(scrollOffset ?? 0);
  const by = Math.abs((scrollOffset ?? 0) - last.current);
  useEffect(() => {
    last.current = scrollOffset ?? 0;
  });
  return isScrolling && by > (scrollRect?.height ?? 0) / 2;
}

/** Whether the line was there to take the focus. */
function focusRow(id: string): boolean {
  const row = document.getElementById(`row-${id}`);
  row?.focus({ preventScroll: true });
  return row !== null;
}
