import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "~/api/client";
import type { CompanyLine } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Field, Tick } from "~/ui/Field";
import { Page, Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Code, Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Roomy } from "./kit/Roomy";
import { standing } from "./standing";

/** Whose alerts are taken. */
export function Companies() {
  const can = useCan();
  const navigate = useNavigate();
  const companies = api.useQuery("get", "/api/companies");
  const begin = (
    <Button kind="primary" onClick={() => void navigate({ to: "/companies/new" })}>
      New company
    </Button>
  );
  return (
    <Page title="Companies" actions={can("found_companies") && begin}>
      <Answer of={companies}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <Empty title="There is no company yet">
                {can("found_companies") ? <div className="mt-2">{begin}</div> : "An MSP administrator makes the first one."}
              </Empty>
            </Panel>
          ) : (
            <List items={items} />
          )
        }
      </Answer>
    </Page>
  );
}

function List({ items }: { items: CompanyLine[] }) {
  const [wanted, setWanted] = useState("");
  const [all, setAll] = useState(false);
  const words = wanted.trim().toLowerCase();
  const past = items.filter(({ archived_at }) => archived_at != null).length;
  const found = items.filter(
    ({ name, company_id, archived_at }) => (all || archived_at == null) && `${name} ${company_id}`.toLowerCase().includes(words),
  );
  return (
    <Panel>
      <div className="mb-3 flex flex-wrap items-end gap-x-4 gap-y-2">
        <Field label="Find" type="search" className="w-60" value={wanted} onChange={({ target }) => setWanted(target.value)} />
        {past > 0 && <Tick label={`Archived ones, too (${past})`} checked={all} onChange={({ target }) => setAll(target.checked)} />}
      </div>
      {found.length === 0 ? (
        <Empty title="There is no such company">Another word may find it.</Empty>
      ) : (
        <Table<CompanyLine>
          caption="Companies"
          items={found}
          keyOf={({ company_id }) => company_id}
          columns={[
            { name: "Name", cell: (company) => <Roomy><Name company={company} /></Roomy> },
            { name: "Id", cell: ({ company_id }) => <Code>{company_id}</Code> },
            { name: "State", cell: (company) => <Badge tone={standing(company).tone}>{standing(company).words}</Badge> },
            { name: "Created", cell: ({ created_at }) => <Time at={created_at} className="whitespace-nowrap" /> },
          ]}
        />
      )}
    </Panel>
  );
}

function Name({ company: { company_id, name, erased_at } }: { company: CompanyLine }) {
  if (erased_at != null) return <Text>{name}</Text>;
  return (
    <Link className="text font-medium" to="/companies/$companyId" params={{ companyId: company_id }}>
      <Text>{name}</Text>
    </Link>
  );
}
