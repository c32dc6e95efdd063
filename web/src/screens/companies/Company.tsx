import { Link, Outlet, useMatches } from "@tanstack/react-router";
import { api } from "~/api/client";
import type { Right } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Badge } from "~/ui/Badge";
import { Needs } from "~/ui/Needs";
import { Page } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { Code, Text } from "~/ui/Text";
import { of, useCompanyId } from "./kit/company";
import { SECTIONS } from "./sections";
import { standing } from "./standing";
import { useFollowScope } from "./useFollowScope";

/** A company's settings, part by part. */
export function Company() {
  const companyId = useCompanyId();
  useFollowScope(companyId);
  const company = api.useQuery("get", "/api/companies/{company_id}", { params: of(companyId) });
  const right = useRightOfPart();
  const isUnknown = company.data === undefined && company.error?.status === 404;
  const name = company.data?.name ?? companyId;
  const state = company.data === undefined ? null : standing(company.data);
  return (
    <Page
      title={name}
      heading={
        <span className="flex flex-wrap items-baseline gap-2">
          <Text>{name}</Text>
          {company.data !== undefined && <Code className="text-sm font-normal">{companyId}</Code>}
          {state !== null && state.words !== "open" && <Badge tone={state.tone}>{state.words}</Badge>}
        </span>
      }
    >
      {isUnknown ? (
        <Empty title="There is no such company">
          <Link className="text" to="/companies">
            All companies
          </Link>
        </Empty>
      ) : (
        <>
          {company.error === null && <Sections companyId={companyId} />}
          <Answer of={company}>
            {() => (
              <Needs right={right}>
                <Outlet key={companyId} />
              </Needs>
            )}
          </Answer>
        </>
      )}
    </Page>
  );
}

/** The right that the part which is open needs. */
function useRightOfPart(): Right {
  const path = useMatches({ select: (matches) => matches.at(-1)?.fullPath });
  return SECTIONS.find(({ to }) => to === path)?.needs ?? "read";
}

function Sections({ companyId }: { companyId: string }) {
  const can = useCan();
  return (
    <nav aria-label="Parts of the company" className="-mx-3 border-b border-line px-3 sm:-mx-4 sm:px-4">
      <ul className="flex flex-wrap gap-x-1">
        {SECTIONS.filter(({ needs }) => can(needs)).map(({ to, name }) => (
          <li key={to}>
            <Link
              to={to}
              params={{ companyId }}
              activeOptions={{ exact: true, includeSearch: false }}
              className="block border-b-2 border-transparent px-2 py-1.5 font-medium whitespace-nowrap text-soft hover:text-ink"
              activeProps={{ className: "!border-accent !text-accent", "aria-current": "page" }}
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
