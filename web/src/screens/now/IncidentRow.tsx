import clsx from "clsx";
import { type MouseEvent, memo } from "react";
import { type Line, isQuiet, nextClock } from "~/board/line";
import { Badge, type Tone, worded } from "~/ui/Badge";
import { DueClock } from "~/ui/DueClock";
import { SeverityMark } from "~/ui/Severity";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";

interface Props {
  line: Line;
  selected: boolean;
  /** Whether Tab leads here: of the list, one line. */
  reachable: boolean;
  onSelect: (id: string) => void;
  onOpen: (companyId: string, incidentId: string) => void;
  /** Its company's name, where more than one's are shown. */
  company: string | null;
  wide: boolean;
  /** Whether only what it is in trouble with is drawn. */
  brief: boolean;
}

/** Whether a click is for this tab: with a key or another button it is the browser's. */
const isPlain = ({ button, ctrlKey, metaKey, shiftKey, altKey }: MouseEvent) =>
  button === 0 && !(ctrlKey || metaKey || shiftKey || altKey);

/** An incident in the list. Its place and height never depend on what it says. */
export const IncidentRow = memo(function IncidentRow({ line, selected, reachable, onSelect, onOpen, company, wide, brief }: Props) {
  const { company_id: companyId, incident_id: incidentId } = line;
  return (
    <a
      id={`row-${incidentId}`}
      href={`/incidents/${companyId}/${incidentId}`}
      onClick={(event) => {
        if (!isPlain(event)) return;
        event.preventDefault();
        onOpen(companyId, incidentId);
      }}
      tabIndex={reachable ? 0 : -1}
      onFocus={() => onSelect(incidentId)}
      className={clsx(
        "grid h-full items-center gap-x-3 border-b border-line px-3 -outline-offset-2",
        wide ? "grid-cols-(--columns)" : "grid-cols-[minmax(0,1fr)_auto] grid-rows-2 py-1",
        selected ? "bg-accent-wash" : "hover:bg-raised",
        line.over && "opacity-60",
      )}
      style={columns(company !== null)}
    >
      {wide ? <Wide line={line} company={company} brief={brief} /> : <Narrow line={line} company={company} />}
    </a>
  );
});

const COLUMNS = {
  withCompany: "5.5rem minmax(0,1.6fr) minmax(0,1.1fr) minmax(0,0.8fr) 4rem 8.5rem minmax(0,1.6fr) minmax(0,1fr) 5.5rem 5.5rem",
  ofOne: "5.5rem minmax(0,1.6fr) minmax(0,1.1fr) 4rem 8.5rem minmax(0,1.6fr) minmax(0,1fr) 5.5rem 5.5rem",
};

const STYLES = {
  withCompany: { "--columns": COLUMNS.withCompany } as React.CSSProperties,
  ofOne: { "--columns": COLUMNS.ofOne } as React.CSSProperties,
};

const columns = (withCompany: boolean) => (withCompany ? STYLES.withCompany : STYLES.ofOne);

/** What stands in the columns of a wide list. */
export function Heads({ withCompany }: { withCompany: boolean }) {
  const names = ["Severity", "Trouble", "Asset", "Company", "Alerts", "Phase", "Proposed", "Assigned to", "SLA", "Opened"];
  return (
    <div aria-hidden style={columns(withCompany)} className="grid grid-cols-(--columns) gap-x-3 border-b border-line px-3 py-1 text-xs text-soft">
      {names
        .filter((name) => withCompany || name !== "Company")
        .map((name) => (
          <span key={name} className={name === "SLA" || name === "Opened" ? "text-right" : ""}>
            {name}
          </span>
        ))}
    </div>
  );
}

function Wide({ line, company, brief }: { line: Line; company: string | null; brief: boolean }) {
  return (
    <>
      <SeverityMark severity={line.severity} />
      <Text cut className="font-medium">
        {line.signature}
      </Text>
      <Text cut>{line.asset_name}</Text>
      {!brief && <More line={line} company={company} />}
    </>
  );
}

function More({ line, company }: { line: Line; company: string | null }) {
  const clock = nextClock(line);
  return (
    <>
      {company !== null && <Company name={company} />}
      <Alerts line={line} />
      <span className="truncate">
        <Phase line={line} />
      </span>
      <Text cut className="text-soft">
        {line.recommendation ?? ""}
      </Text>
      <Assignee line={line} />
      <span className="text-right">{clock !== undefined && <DueClock clock={clock} />}</span>
      <Time at={line.created_at} className="text-right whitespace-nowrap text-soft tabular-nums" />
    </>
  );
}

function Narrow({ line, company }: { line: Line; company: string | null }) {
  const clock = nextClock(line);
  return (
    <>
      <span className="flex min-w-0 items-center gap-2">
        <SeverityMark severity={line.severity} words={false} />
        <Text cut className="font-medium">
          {line.signature}
        </Text>
      </span>
      <span className="flex items-center justify-end gap-2">
        {line.assigned_to != null && (
          <Text cut className="max-w-24 text-soft">
            {line.assigned_to}
          </Text>
        )}
        <Time at={line.created_at} className="whitespace-nowrap text-soft tabular-nums" />
      </span>
      <span className="flex min-w-0 items-center gap-2 text-soft">
        <Alerts line={line} short />
        <Text cut>{line.asset_name}</Text>
        {company !== null && <Company name={company} />}
      </span>
      <span className="flex items-center justify-end gap-2">
        {clock !== undefined && <DueClock clock={clock} />}
        <Phase line={line} />
      </span>
    </>
  );
}

function Company({ name }: { name: string }) {
  return (
    <Text cut className="text-soft">
      {name}
    </Text>
  );
}

function Alerts({ line, short = false }: { line: Line; short?: boolean }) {
  const tools = line.tool_sources.join(", ") || "no tool named";
  return (
    <span className="truncate text-soft tabular-nums" title={`${line.alert_count} alerts from ${tools}`}>
      {line.alert_count.toLocaleString()}
      {short && <span aria-hidden>×</span>} <span className="sr-only">alerts</span>
    </span>
  );
}

function Assignee({ line }: { line: Line }) {
  if (line.assigned_to != null) {
    return (
      <Text cut className="text-soft">
        {line.assigned_to}
      </Text>
    );
  }
  return <span className="text-soft">{line.acknowledged_at == null ? "nobody" : "acknowledged"}</span>;
}

const PHASES: Partial<Record<Line["phase"], Tone>> = {
  awaiting_approval: "warn",
  needs_human: "bad",
  executing: "accent",
  verifying: "accent",
  deciding: "accent",
};

function Phase({ line }: { line: Line }) {
  if (line.over) return <Badge tone="good">resolved</Badge>;
  if (isQuiet(line, Date.now())) return <Badge>{line.suppressed ? "suppressed" : "snoozed"}</Badge>;
  if (line.status === "escalated") return <Badge tone="bad">escalated</Badge>;
  if (line.flapping) return <Badge tone="warn">flapping</Badge>;
  return <Badge tone={PHASES[line.phase] ?? "plain"}>{worded(line.phase)}</Badge>;
}
