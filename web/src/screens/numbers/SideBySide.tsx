import { Link } from "@tanstack/react-router";
import type { Schemas } from "~/api/types";
import { Panel } from "~/ui/Page";
import { type Column, Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { alertsSince, incidentsSince, listOf } from "./behind";
import { FIGURES, worth } from "./figures";
import { monthOf } from "~/screens/report/month";

type Company = Schemas["NamedKpis"];

/** The companies beside each other. */
export function SideBySide({ items, since }: { items: Company[]; since: string }) {
  const columns: Column<Company>[] = [
    {
      name: "Company",
      by: ({ company_name }) => company_name,
      cell: ({ company_id, company_name }) => (
        <Link className="text" to="/numbers" search={(before) => ({ ...before, company: company_id })}>
          <Text>{company_name}</Text>
        </Link>
      ),
    },
    {
      name: "Alerts",
      right: true,
      by: ({ counts }) => counts.alerts,
      cell: ({ company_id, counts }) => (
        <Link className="hover:underline" {...alertsSince(company_id, since)}>
          {counts.alerts.toLocaleString()}
        </Link>
      ),
    },
    {
      name: "Incidents",
      right: true,
      by: ({ counts }) => counts.incidents,
      cell: ({ company_id, counts }) => (
        <Link className="hover:underline" {...incidentsSince(company_id, since)}>
          {counts.incidents.toLocaleString()}
        </Link>
      ),
    },
    ...FIGURES.map((figure) => ({
      name: figure.name,
      right: true,
      by: (company: Company) => company[figure.key],
      cell: (company: Company) => (
        <Link className={`whitespace-nowrap hover:underline ${company[figure.key] == null ? "text-soft" : ""}`} {...listOf(figure.key, company.company_id, since)}>
          {worth(figure, company[figure.key])}
        </Link>
      ),
    })),
    {
      name: "Month",
      right: true,
      cell: ({ company_id, company_name }) => (
        <Link className="text" to="/report/$companyId/$month" params={{ companyId: company_id, month: monthOf(Date.now()) }} aria-label={`Monthly report of ${company_name}`}>
          Report
        </Link>
      ),
    },
  ];
  return (
    <Panel title="Side by side">
      <Table caption="Companies side by side" items={items} keyOf={({ company_id }) => company_id} columns={columns} />
    </Panel>
  );
}
