import { Text } from "~/ui/Text";
import { absolute } from "~/ui/time";
import { type Day, timesOn } from "./month";
import type { Occurrence } from "./occurrences";

export interface MonthProps {
  weeks: Day[][];
  all: Occurrence[];
  today: string;
  onOpen: ((name: string) => void) | undefined;
}

/** A window on a day: when, and what it is called. It opens where somebody may change it. */
export function Marked({ day, one, onOpen }: { day: Day; one: Occurrence; onOpen: MonthProps["onOpen"] }) {
  const title = `${one.name}: ${absolute(new Date(one.from).toISOString())} – ${absolute(new Date(one.to).toISOString())}`;
  const words = (
    <>
      <span className="text-soft tabular-nums">{timesOn(day, one)}</span> <Text>{one.name}</Text>
    </>
  );
  const look = "block min-h-7 w-full rounded bg-accent-wash px-1 py-1 text-left text-xs leading-4 [overflow-wrap:anywhere]";
  if (onOpen === undefined) return <span className={look} title={title}>{words}</span>;
  return (
    <button type="button" className={`${look} hover:underline`} title={title} onClick={() => onOpen(one.name)}>
      {words}
    </button>
  );
}
