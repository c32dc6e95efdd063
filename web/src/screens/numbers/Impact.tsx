import { useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Choice, Field } from "~/ui/Field";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Table } from "~/ui/Table";
import { short } from "~/ui/time";
import { FIGURES, type Figure, change, worth } from "./figures";

const SPANS = [1, 7, 30, 90];
const DAY = 24 * 3_600_000;

/** The viewer's own day as a field of dates has it. */
function dayOf(time: number): string {
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** What has become of a company's figures since a day: that of a new rule, of a runbook, of the first connection. */
export function Impact({ companyId }: { companyId: string }) {
  const [day, setDay] = useState(() => dayOf(Date.now() - 7 * DAY));
  const [days, setDays] = useState(7);
  const at = Number.isNaN(Date.parse(`${day}T00:00`)) ? undefined : new Date(`${day}T00:00`).toISOString();
  const params = { query: { company_id: companyId, days, ...(at === undefined ? {} : { at }) } };
  const impact = api.useQuery("get", "/api/kpis/impact", { params }, { placeholderData: (before) => before });
  return (
    <Panel title="Before and after a change">
      <div className="mb-3 flex flex-wrap items-end gap-3">
        <Field label="The change was on" type="date" className="w-44" max={dayOf(Date.now())} value={day} onChange={({ target }) => setDay(target.value)} />
        <Choice label="Compared" className="w-72" value={days} onChange={({ target }) => setDays(Number(target.value))}>
          {SPANS.map((span) => (
            <option key={span} value={span}>
              {span === 1 ? "a day" : `${span} days`} before with as many after
            </option>
          ))}
        </Choice>
      </div>
      <Answer of={impact}>{(impact) => <Compared impact={impact} />}</Answer>
    </Panel>
  );
}

const COMPARED = FIGURES.filter(({ key }) => key !== "patch_compliance_pct");

function Compared({ impact: { before, after, at } }: { impact: Schemas["CompanyImpact"] }) {
  const of = (counts: Schemas["KpiCounts"]) => `${counts.alerts.toLocaleString()} in ${counts.incidents.toLocaleString()}`;
  return (
    <>
      <Table<Figure>
        caption={`Before and after ${short(at)}`}
        items={COMPARED}
        keyOf={({ key }) => key}
        columns={[
          { name: "Figure", cell: ({ name }) => name },
          { name: "Before", right: true, cell: (figure) => worth(figure, before[figure.key]) },
          { name: "After", right: true, cell: (figure) => worth(figure, after[figure.key]) },
          {
            name: "Change",
            right: true,
            cell: (figure) => {
              const turn = change(figure, after[figure.key], before[figure.key]);
              if (turn === null) return <span className="text-soft">nothing to compare</span>;
              return <span className={turn.turn === "better" ? "text-good" : turn.turn === "worse" ? "text-bad" : "text-soft"}>{turn.words}</span>;
            },
          },
        ]}
      />
      <p className="mt-2 text-xs text-soft tabular-nums">
        Alerts in incidents: {of(before.counts)} before, {of(after.counts)} after {short(at)}.
      </p>
    </>
  );
}
