import type { Schemas } from "~/api/types";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Table } from "~/ui/Table";
import { Code, Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { useNow } from "~/ui/useNow";
import { Roomy } from "../kit/Roomy";
import { occurrences } from "./occurrences";
import { windowWords } from "./words";

type Window = Schemas["MaintenanceWindow"];

interface Props {
  windows: Window[];
  may: boolean;
  onChange: (place: number) => void;
  onRemove: (place: number) => void;
}

/** The windows as they are written, with when each is next. */
export function WindowTable({ windows, may, onChange, onRemove }: Props) {
  const rows = windows.map((window, place) => ({ window, place }));
  return (
    <Table<(typeof rows)[number]>
      caption="Maintenance windows"
      items={rows}
      keyOf={({ window }) => window.name}
      columns={[
        { name: "Name", cell: ({ window }) => <Roomy><Text>{window.name}</Text></Roomy> },
        { name: "When", cell: ({ window }) => windowWords(window) },
        { name: "For", cell: ({ window }) => <Roomy>{window.match === undefined ? "every alert" : <Code>{window.match}</Code>}</Roomy> },
        { name: "State", cell: ({ window }) => <State of={window} /> },
        {
          name: "Acts",
          right: true,
          cell: ({ window, place }) =>
            may && (
              <span className="inline-flex gap-1">
                <Button aria-label={`Change ${window.name}`} onClick={() => onChange(place)}>
                  Change
                </Button>
                <Button aria-label={`Remove ${window.name}`} onClick={() => onRemove(place)}>
                  Remove
                </Button>
              </span>
            ),
        },
      ]}
    />
  );
}

/** How far one looks ahead: the fifth Monday of a month may be three months away. */
const AHEAD = 100 * 86_400_000;
const MINUTE = 60_000;

function State({ of }: { of: Window }) {
  // What is next does not change by the second.
  const now = Math.floor(useNow() / MINUTE) * MINUTE;
  const [next] = occurrences([of], now, now + AHEAD);
  if (next === undefined) return <Badge>over</Badge>;
  const isNow = next.from <= now;
  return (
    <span className="whitespace-nowrap">
      {isNow ? <Badge tone="accent">now</Badge> : "next"} {isNow && "ends "}
      <Time at={new Date(isNow ? next.to : next.from).toISOString()} />
    </span>
  );
}
