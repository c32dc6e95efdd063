/** The one list of screens. Each is loaded when it is first wanted; the list of what is open at once. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from "@tanstack/react-router";
import { Page } from "~/ui/Page";
import { Empty, Failure, Loading } from "~/ui/States";
import { Now } from "~/screens/now/Now";
import { Shell } from "./Shell";

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

const now = createRoute({ ...at("/"), component: Now });

const incident = createRoute({
  ...at("/incidents/$companyId/$incidentId"),
  component: lazyRouteComponent(() => import("~/screens/incident/Incident"), "Incident"),
});

const incidents = createRoute({
  ...at("/incidents"),
  component: lazyRouteComponent(() => import("~/screens/incidents/Incidents"), "Incidents"),
});

const numbers = createRoute({
  ...at("/numbers"),
  component: lazyRouteComponent(() => import("~/screens/numbers/Numbers"), "Numbers"),
});

const report = createRoute({
  ...at("/report/$companyId/$month"),
  component: lazyRouteComponent(() => import("~/screens/report/Report"), "Report"),
});

const approvals = createRoute({
  ...at("/approvals"),
  component: lazyRouteComponent(() => import("~/screens/approvals/Approvals"), "Approvals"),
});

const alerts = createRoute({
  ...at("/alerts"),
  component: lazyRouteComponent(() => import("~/screens/alerts/Alerts"), "Alerts"),
});

const oneAlert = createRoute({
  ...at("/alerts/$companyId/$alertId"),
  component: lazyRouteComponent(() => import("~/screens/alerts/OneAlert"), "OneAlert"),
});

const memory = createRoute({
  ...at("/memory"),
  component: lazyRouteComponent(() => import("~/screens/memory/Memory"), "Memory"),
});

const oneMemory = createRoute({
  ...at("/memory/$companyId/$memoryId"),
  component: lazyRouteComponent(() => import("~/screens/memory/OneMemory"), "OneMemory"),
});

const runbooks = createRoute({
  ...at("/runbooks"),
  component: lazyRouteComponent(() => import("~/screens/runbooks/Runbooks"), "Runbooks"),
});

const oneRunbook = createRoute({
  ...at("/runbooks/$companyId/$runbookId"),
  component: lazyRouteComponent(() => import("~/screens/runbooks/OneRunbook"), "OneRunbook"),
});

const assets = createRoute({
  ...at("/topology"),
  component: lazyRouteComponent(() => import("~/screens/assets/Assets"), "Assets"),
});

const people = createRoute({
  ...at("/people"),
  component: lazyRouteComponent(() => import("~/screens/people/People"), "People"),
});

const audit = createRoute({
  ...at("/audit"),
  component: lazyRouteComponent(() => import("~/screens/audit/Audit"), "Audit"),
});

const system = createRoute({
  ...at("/system"),
  component: lazyRouteComponent(() => import("~/screens/system/System"), "System"),
});

const account = createRoute({
  ...at("/account"),
  component: lazyRouteComponent(() => import("~/screens/account/Account"), "Account"),
});

const companies = createRoute({
  ...at("/companies"),
  component: lazyRouteComponent(() => import("~/screens/companies/Companies"), "Companies"),
});

const newCompany = createRoute({
  ...at("/companies/new"),
  component: lazyRouteComponent(() => import("~/screens/companies/NewCompany"), "NewCompany"),
});

const company = createRoute({
  ...at("/companies/$companyId"),
  component: lazyRouteComponent(() => import("~/screens/companies/Company"), "Company"),
});

const within = <Path extends string>(path: Path) => ({ getParentRoute: () => company, path });

const companyParts = [
  createRoute({
    ...within("/"),
    component: lazyRouteComponent(() => import("~/screens/companies/Overview"), "Overview"),
  }),
  createRoute({
    ...within("onboarding"),
    component: lazyRouteComponent(() => import("~/screens/companies/onboarding/Onboarding"), "Onboarding"),
  }),
  createRoute({
    ...within("keys"),
    component: lazyRouteComponent(() => import("~/screens/companies/keys/Keys"), "Keys"),
  }),
  createRoute({
    ...within("grouping"),
    component: lazyRouteComponent(() => import("~/screens/companies/grouping/Grouping"), "Grouping"),
  }),
  createRoute({
    ...within("limits"),
    component: lazyRouteComponent(() => import("~/screens/companies/limits/Limits"), "Limits"),
  }),
  createRoute({
    ...within("aws"),
    component: lazyRouteComponent(() => import("~/screens/companies/aws/Aws"), "Aws"),
  }),
  createRoute({
    ...within("maintenance"),
    component: lazyRouteComponent(() => import("~/screens/companies/maintenance/Maintenance"), "Maintenance"),
  }),
  createRoute({
    ...within("notifications"),
    component: lazyRouteComponent(() => import("~/screens/companies/notifications/Notifications"), "Notifications"),
  }),
  createRoute({
    ...within("heartbeats"),
    component: lazyRouteComponent(() => import("~/screens/companies/heartbeats/Heartbeats"), "Heartbeats"),
  }),
  createRoute({
    ...within("intake"),
    component: lazyRouteComponent(() => import("~/screens/companies/intake/Intake"), "Intake"),
  }),
  createRoute({
    ...within("document"),
    component: lazyRouteComponent(() => import("~/screens/companies/document/Document"), "Document"),
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
