import { type ReactNode, useState } from "react";
import type { Schemas } from "~/api/types";
import { worded } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { absolute, percent, short } from "~/ui/time";
import { AlertLink } from "../kit/AlertLink";

type Figures = Schemas["RulesFigures"];

const ROWS: [name: string, of: (figures: Figures) => string][] = [
  ["Incidents", ({ incidents }) => String(incidents)],
  ["Noise reduction", ({ noise_reduction }) => percent(noise_reduction == null ? null : noise_reduction * 100)],
  ["Alerts in no incident", ({ unmatched }) => String(unmatched)],
  ["Opened after its first alert", ({ detected_after_seconds: after }) => (after == null ? "–" : `${after.toFixed(1)} s`)],
];

/** What other rules would have made of the past, beside what those in force make of it. */
export function Tried({ companyId, tried }: { companyId: string; tried: Schemas["RulesTried"] }) {
  const { before, after, missed_criticals: missed, moved_alerts: moved } = tried;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-soft">
        {tried.alerts} alerts since <time dateTime={tried.since} title={absolute(tried.since)}>{short(tried.since)}</time>
        {tried.truncated && ", only the newest of them"}. {tried.unlike_recorded > 0 && `${tried.unlike_recorded} of them are with others in fact: by rules of another time, or by what people did.`}
      </p>
      <div className="max-w-xl">
        <Table
          caption="Before and after"
          items={ROWS}
          keyOf={([name]) => name}
          columns={[
            { name: "Figure", cell: ([name]) => name },
            { name: "In force", right: true, cell: ([, of]) => of(before) },
            { name: "As edited", right: true, cell: ([, of]) => <strong>{of(after)}</strong> },
          ]}
        />
      </div>
      {missed.length > 0 ? (
        <section className="rounded-md border border-bad bg-bad-wash p-2">
          <h3 className="text-bad">{missed.length} critical alerts would be in no incident</h3>
          <Some of={missed} row={(alertId) => <AlertLink alertId={alertId} companyId={companyId} />} />
        </section>
      ) : (
        <p>No critical alert would be missed.</p>
      )}
      {tried.moved > 0 ? (
        <section>
          <h3>{tried.moved} alerts would be with others</h3>
          <Some
            of={moved}
            row={({ alert_id, layer_before, layer_after, by_rule }) => (
              <>
                <AlertLink alertId={alert_id} companyId={companyId} />
                <span className="text-soft">
                  {` ${layers(layer_before, layer_after)}`}
                  {by_rule != null && (
                    <>
                      {" by "}
                      <Text>{by_rule}</Text>
                    </>
                  )}
                </span>
              </>
            )}
          />
        </section>
      ) : (
        <p>No alert would be with others.</p>
      )}
    </div>
  );
}

/** By which layers it is placed, before and after. */
function layers(before: string, after: string): string {
  return before === after ? `by ${worded(after)}, too` : `${worded(before)} → ${worded(after)}`;
}

/** Rows that are shown at first. */
const FIRST = 10;

function Some<T>({ of, row }: { of: T[]; row: (one: T) => ReactNode }) {
  const [all, setAll] = useState(false);
  return (
    <>
      <ul className="mt-1 flex flex-col gap-1">
        {(all ? of : of.slice(0, FIRST)).map((one, place) => (
          <li key={place}>{row(one)}</li>
        ))}
      </ul>
      {of.length > FIRST && !all && (
        <Button className="mt-2" onClick={() => setAll(true)}>
          Show {of.length}
        </Button>
      )}
    </>
  );
}
