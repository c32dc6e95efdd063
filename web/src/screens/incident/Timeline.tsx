import { useState } from "react";
import { api } from "~/api/client";
import { PAGED } from "~/api/paged";
import type { Incident } from "~/api/types";
import { useWho } from "~/app/useWho";
import { NextPage } from "~/ui/NextPage";
import { Panel } from "~/ui/Page";
import { SeverityMark } from "~/ui/Severity";
import { Answer } from "~/ui/States";
import { Text } from "~/ui/Text";
import { absolute, clock } from "~/ui/time";
import { of } from "./of";
import { type Chapter, chapters } from "./story";
import { words } from "./told";

/** Items of a page; pages are added at the end. */
const PAGE = 100;

/** What happened, oldest first. */
export function Timeline({ incident }: { incident: Incident }) {
  const { path, query } = of(incident);
  const pages = api.useInfiniteQuery(
    "get",
    "/api/incidents/{incident_id}/timeline",
    { params: { path, query: { ...query, limit: PAGE } } },
    PAGED,
  );
  return (
    <Panel title="What happened">
      <Answer of={pages}>
        {({ pages: all }) => (
          <ol className="flex flex-col">
            {chapters(all.flatMap(({ items }) => items)).map((chapter) => (
              <li key={chapter.key} className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-3 border-l-2 border-line py-1 pl-3">
                <At at={chapter.kind === "alerts" ? chapter.from : chapter.entry.at} />
                {chapter.kind === "alerts" ? <Alerts of={chapter} /> : <Entry of={chapter} companyId={incident.company_id} />}
              </li>
            ))}
          </ol>
        )}
      </Answer>
      <NextPage of={pages}>What came later</NextPage>
    </Panel>
  );
}

function At({ at }: { at: string }) {
  return (
    <time dateTime={at} title={absolute(at)} className="text-soft tabular-nums">
      {clock(at)}
    </time>
  );
}

function Entry({ of: { entry }, companyId }: { of: Extract<Chapter, { kind: "entry" }>; companyId: string }) {
  const who = useWho(companyId);
  return (
    <span className="min-w-0">
      <span className="text-soft">{who(entry.actor)}</span> <Text>{words(entry, who)}</Text>
    </span>
  );
}

/** Alerts of a chapter that are shown at once. */
const SHOWN = 3;

function Alerts({ of: { alerts, until, gravest } }: { of: Extract<Chapter, { kind: "alerts" }> }) {
  const [all, setAll] = useState(false);
  const shown = all ? alerts : alerts.slice(0, SHOWN);
  return (
    <div className="min-w-0">
      {alerts.length > 1 && (
        <p className="flex flex-wrap items-baseline gap-x-2">
          <SeverityMark severity={gravest} words={false} />
          {alerts.length} alerts until {clock(until)}
        </p>
      )}
      <ul>
        {shown.map((alert) => (
          <li key={alert.alert_id} className="flex min-w-0 items-baseline gap-2">
            <SeverityMark severity={alert.severity} words={false} />
            <Text className="min-w-0">{`${alert.status === "resolved" ? "recovered: " : ""}${alert.asset_name}: ${alert.message}`}</Text>
          </li>
        ))}
      </ul>
      {alerts.length > SHOWN && (
        <button type="button" className="min-h-7 text-accent underline" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "fewer" : `${alerts.length - SHOWN} more`}
        </button>
      )}
    </div>
  );
}
