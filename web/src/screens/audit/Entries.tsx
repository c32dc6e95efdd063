import { Link } from "@tanstack/react-router";
import { useWho } from "~/app/useWho";
import type { JournalEntry } from "~/api/types";
import { Code, Text } from "~/ui/Text";
import { shown } from "~/ui/shown";
import { absolute, short } from "~/ui/time";

/** Entries as lines; each opens to all that it holds. */
export function Entries({ items }: { items: JournalEntry[] }) {
  return (
    <ol className="flex flex-col">
      {items.map((entry) => (
        <li key={entry.id} className="border-b border-line last:border-0">
          <details>
            <summary className="grid grid-cols-[3.5rem_7.5rem_minmax(0,1fr)] gap-x-3 py-1 hover:bg-raised lg:grid-cols-[4rem_8.5rem_12rem_12rem_minmax(0,1fr)]">
              <span className="text-right text-soft tabular-nums">{entry.seq}</span>
              <time dateTime={entry.at} title={absolute(entry.at)} className="text-soft tabular-nums">
                {short(entry.at)}
              </time>
              <Text className="font-medium">{entry.kind}</Text>
              <span className="flex flex-wrap gap-x-3 max-lg:col-span-2 max-lg:col-start-2 lg:contents">
                <Who entry={entry} />
                <Code>{entry.subject}</Code>
              </span>
            </summary>
            <Whole entry={entry} />
          </details>
        </li>
      ))}
    </ol>
  );
}

function Who({ entry }: { entry: JournalEntry }) {
  const who = useWho(entry.company_id);
  return <Text>{who(entry.actor)}</Text>;
}

function Whole({ entry }: { entry: JournalEntry }) {
  return (
    <div className="flex flex-col gap-2 py-2 pl-4">
      <p className="text-soft">
        {absolute(entry.at)}, by <Code>{entry.actor}</Code>, about{" "}
        {entry.subject.startsWith("inc-") ? (
          <Link className="text" to="/incidents/$companyId/$incidentId" params={{ companyId: entry.company_id, incidentId: entry.subject }}>
            {entry.subject}
          </Link>
        ) : (
          <Code>{entry.subject}</Code>
        )}
      </p>
      <pre tabIndex={0} aria-label={`Data of entry ${entry.seq}`} className="max-h-96 overflow-auto rounded-md bg-raised p-2 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {shown(JSON.stringify(entry.data, null, 2))}
      </pre>
      <p className="text-soft">
        Chain hash <Code>{entry.hash}</Code>
      </p>
    </div>
  );
}
