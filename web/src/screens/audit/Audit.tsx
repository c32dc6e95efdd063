import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCompanies, useScope } from "~/app/scope";
import { PLATFORM } from "~/app/useWho";
import { api, fieldOf } from "~/api/client";
import { PAGED } from "~/api/paged";
import { usePerson } from "~/session/useSession";
import { Choice } from "~/ui/Field";
import { Needs } from "~/ui/Needs";
import { NextPage } from "~/ui/NextPage";
import { Page, Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { Entries } from "./Entries";
import { Filters, type Wanted } from "./Filters";
import { Proof } from "./Proof";

/** Entries of a page. */
const PAGE = 100;

/** A journal: who did what, when and from where; and that nothing of it was changed since. */
export function Audit() {
  return (
    <Needs right="audit" title="Audit">
      <Journal />
    </Needs>
  );
}

function Journal() {
  const scope = useScope();
  const companies = useCompanies();
  const { role } = usePerson();
  const wanted = useSearch({ strict: false }) as Wanted;
  const navigate = useNavigate();
  const change = (next: Wanted) => void navigate({ to: ".", search: (before) => ({ ...before, ...next }), replace: true });
  const platform = role === "msp_admin" ? PLATFORM : (companies[0]?.company_id ?? "");
  const journal = wanted.journal ?? scope ?? platform;
  const { kind, actor, subject, since, until } = wanted;
  const query = { company_id: journal, order: "desc" as const, limit: PAGE, kind, actor, subject, since, until };
  const pages = api.useInfiniteQuery("get", "/api/audit", { params: { query } }, { ...PAGED, enabled: journal !== "" });
  return (
    <Page title="Audit">
      <div className="flex flex-wrap items-start gap-3">
        <Choice label="Journal" value={journal} onChange={({ target }) => change({ journal: target.value })} className="w-56">
          {role === "msp_admin" && <option value={PLATFORM}>the platform's</option>}
          {companies.map(({ company_id, name }) => (
            <option key={company_id} value={company_id}>
              {name}
            </option>
          ))}
        </Choice>
        <Filters value={wanted} error={pages.error} onChange={change} />
      </div>
      {journal !== "" && <Proof companyId={journal} />}
      <Panel title="Entries, newest first">
        {fieldOf(pages.error) !== undefined ? (
          <Empty title="That cannot be looked for">What is wrong stands at its field.</Empty>
        ) : (
          <Answer of={pages}>
            {({ pages: all }) => {
              const items = all.flatMap(({ items }) => items);
              return items.length > 0 ? <Entries items={items} /> : <Empty title="There is no such entry">{pages.hasNextPage ? "Those of this page are others; look earlier." : "Fewer filters find more."}</Empty>;
            }}
          </Answer>
        )}
        <NextPage of={pages}>Earlier ones</NextPage>
      </Panel>
    </Page>
  );
}
