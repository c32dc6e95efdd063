import { Link } from "@tanstack/react-router";
import { Badge } from "~/ui/Badge";
import { Sideways } from "~/ui/Sideways";
import { Code } from "~/ui/Text";
import { span } from "~/ui/time";
import type { Placed, Resident } from "./tree";

const HEADS = ["Kind", "Id", "State", "Queue", "Restarts", "Handled", "Age"];
const WIDTHS: Record<string, string> = { Kind: "w-36", Id: "w-[22rem]" };
const IS_NUMBER = new Set(["Queue", "Restarts", "Handled", "Age"]);

/** Actors, each as far in as it is down the tree. */
export function Residents({ of, label }: { of: Placed[]; label: string }) {
  const heads = of.some(({ resident }) => resident.node != null) ? [...HEADS, "Node"] : HEADS;
  return (
    <Sideways label={label}>
      <table className="w-full min-w-[56rem] table-fixed text-left tabular-nums">
        <thead className="text-xs text-soft">
          <tr>
            {heads.map((name) => (
              <th key={name} scope="col" className={`px-2 font-medium ${WIDTHS[name] ?? ""} ${IS_NUMBER.has(name) ? "text-right" : ""}`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.map(({ resident, depth }) => (
            <Row key={`${resident.node ?? ""} ${resident.kind} ${resident.id}`} resident={resident} depth={depth} />
          ))}
        </tbody>
      </table>
    </Sideways>
  );
}

function Row({ resident: { kind, id, company_id, state, queue, restarts, handled, age_s, node }, depth }: Placed) {
  return (
    <tr>
      <td className="px-2 whitespace-nowrap" style={{ paddingLeft: `${0.5 + depth * 1.25}rem` }}>
        {depth > 0 && (
          <span aria-hidden className="mr-1 text-soft">
            └
          </span>
        )}
        {kind}
      </td>
      <td className="truncate px-2">
        {kind === "incident" && company_id != null ? (
          <Link className="block min-h-7 truncate leading-7 hover:underline" to="/incidents/$companyId/$incidentId" params={{ companyId: company_id, incidentId: id }}>
            <Code>{id}</Code>
          </Link>
        ) : (
          <Code>{id}</Code>
        )}
      </td>
      <td className="px-2">
        <State of={state} />
      </td>
      <td className={`px-2 text-right ${queue > 0 ? "font-semibold text-high" : ""}`}>{queue.toLocaleString()}</td>
      <td className={`px-2 text-right ${restarts > 0 ? "font-semibold text-bad" : ""}`}>{restarts.toLocaleString()}</td>
      <td className="px-2 text-right">{handled.toLocaleString()}</td>
      <td className="px-2 text-right whitespace-nowrap">{span(age_s * 1000)}</td>
      {node != null && <td className="truncate px-2">{node}</td>}
    </tr>
  );
}

export function State({ of }: { of: Resident["state"] }) {
  return <Badge tone={of === "running" ? "good" : of === "quarantined" ? "bad" : "warn"}>{of}</Badge>;
}
