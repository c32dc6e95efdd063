/** The one list of screens. Each is loaded when it is first wanted; the list of what is open at once. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  retainSearchParams,
} from "@tanstack/react-router";
import { Page } from "~/ui/Page";
import { Empty, Failure, Loading } from "~/ui/States";
import { Now } from "~/screens/now/Now";
import { readAsked } from "~/screens/now/asked";
import { Shell } from "./Shell";
import { screen } from "./screen";

/** What every screen's address may say: which company it is of. */
interface Scope {
  company?: string;
}

const root = createRootRoute({
  component: Shell,
  validateSearch: (search: Record<string, unknown>): Scope =>
    typeof search.company === "string" ? { company: search.company } : {},
  search: { middlewares: [retainSearchParams(["company"])] },
  notFoundComponent: () => (
    <Page title="Nowhere">
      <Empty title="There is no such page">Its address may have been cut off.</Empty>
    </Page>
  ),
});

const at = <Path extends string>(path: Path) => ({ getParentRoute: () => root, path });

const now = createRoute({ ...at("/"), component: Now, validateSearch: readAsked });

const incident = createRoute({
  ...at("/incidents/$companyId/$incidentId"),
  component: screen(() => import("~/screens/incident/Incident"), "Incident"),
});

const incidents = createRoute({
  ...at("/incidents"),
  component: screen(() => import("~/screens/incidents/Incidents"), "Incidents"),
});

const numbers = createRoute({
  ...at("/numbers"),
  component: screen(() => import("~/screens/numbers/Numbers"), "Numbers"),
});

const report = createRoute({
  ...at("/report/$companyId/$month"),
  component: screen(() => import("~/screens/report/Report"), "Report"),
});

const approvals = createRoute({
  ...at("/approvals"),
  component: screen(() => import("~/screens/approvals/Approvals"), "Approvals"),
});

const alerts = createRoute({
  ...at("/alerts"),
  component: screen(() => import("~/screens/alerts/Alerts"), "Alerts"),
});

const oneAlert = createRoute({
  ...at("/alerts/$companyId/$alertId"),
  component: screen(() => import("~/screens/alerts/OneAlert"), "OneAlert"),
});

const memory = createRoute({
  ...at("/memory"),
  component: screen(() => import("~/screens/memory/Memory"), "Memory"),
});

const oneMemory = createRoute({
  ...at("/memory/$companyId/$memoryId"),
  component: screen(() => import("~/screens/memory/OneMemory"), "OneMemory"),
});

const runbooks = createRoute({
  ...at("/runbooks"),
  component: screen(() => import("~/screens/runbooks/Runbooks"), "Runbooks"),
});

const oneRunbook = createRoute({
  ...at("/runbooks/$companyId/$runbookId"),
  component: screen(() => import("~/screens/runbooks/OneRunbook"), "OneRunbook"),
});

const assets = createRoute({
  ...at("/topology"),
  component: screen(() => import("~/screens/assets/Assets"), "Assets"),
});

const people = createRoute({
  ...at("/people"),
  component: screen(() => import("~/screens/people/People"), "People"),
});

const audit = createRoute({
  ...at("/audit"),
  component: screen(() => import("~/screens/audit/Audit"), "Audit"),
});

const system = createRoute({
  ...at("/system"),
  component: screen(() => import("~/screens/system/System"), "System"),
});

const account = createRoute({
  ...at("/account"),
  component: screen(() => import("~/screens/account/Account"), "Account"),
});

const companies = createRoute({
  ...at("/companies"),
  component: screen(() => import("~/screens/companies/Companies"), "Companies"),
});

const newCompany = createRoute({
  ...at("/companies/new"),
  component: screen(() => import("~/screens/companies/NewCompany"), "NewCompany"),
});

const company = createRoute({
  ...at("/companies/$companyId"),
  component: screen(() => import("~/screens/companies/Company"), "Company"),
});

const within = <Path extends string>(path: Path) => ({ getParentRoute: () => company, path });

const companyParts = [
  createRoute({
    ...within("/"),
    component: screen(() => import("~/screens/companies/Overview"), "Overview"),
  }),
  createRoute({
    ...within("onboarding"),
    component: screen(() => import("~/screens/companies/onboarding/Onboarding"), "Onboarding"),
  }),
  createRoute({
    ...within("keys"),
    component: screen(() => import("~/screens/companies/keys/Keys"), "Keys"),
  }),
  createRoute({
    ...within("grouping"),
    component: screen(() => import("~/screens/companies/grouping/Grouping"), "Grouping"),
  }),
  createRoute({
    ...within("limits"),
    component: screen(() => import("~/screens/companies/limits/Limits"), "Limits"),
  }),
  createRoute({
    ...within("aws"),
    component: screen(() => import("~/screens/companies/aws/Aws"), "Aws"),
  }),
  createRoute({
    ...within("maintenance"),
    component: screen(() => import("~/screens/companies/maintenance/Maintenance"), "Maintenance"),
  }),
  createRoute({
    ...within("notifications"),
    component: screen(() => import("~/screens/companies/notifications/Notifications"), "Notifications"),
  }),
  createRoute({
    ...within("heartbeats"),
    component: screen(() => import("~/screens/companies/heartbeats/Heartbeats"), "Heartbeats"),
  }),
  createRoute({
    ...within("intake"),
    component: screen(() => import("~/screens/companies/intake/Intake"), "Intake"),
  }),
  createRoute({
    ...within("document"),
    component: screen(() => import("~/screens/companies/document/Document"), "Document"),
  }),
] as const;

const routeTree = root.addChildren([
  now,
  incident,
  incidents,
  numbers,
  report,
  approvals,
  alerts,
  oneAlert,
  runbooks,
  oneRunbook,
  memory,
  oneMemory,
  assets,
  companies,
  newCompany,
  company.addChildren(companyParts),
  people,
  audit,
  system,
  account,
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} again={reset} />,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
