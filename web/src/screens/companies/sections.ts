import type { Right } from "~/api/types";

/** The parts of a company's page, and the right that makes it worth going there. */
export const SECTIONS = [
  { to: "/companies/$companyId", name: "Overview", needs: "read" },
  { to: "/companies/$companyId/onboarding", name: "Connect", needs: "administer_company" },
  { to: "/companies/$companyId/keys", name: "Keys", needs: "administer_company" },
  { to: "/companies/$companyId/grouping", name: "Grouping", needs: "read" },
  { to: "/companies/$companyId/limits", name: "Limits and policy", needs: "read" },
  { to: "/companies/$companyId/aws", name: "AWS", needs: "administer_company" },
  { to: "/companies/$companyId/maintenance", name: "Maintenance", needs: "read" },
  { to: "/companies/$companyId/notifications", name: "Notifications", needs: "read" },
  { to: "/companies/$companyId/heartbeats", name: "Heartbeats", needs: "read" },
  { to: "/companies/$companyId/intake", name: "Intake", needs: "read" },
  { to: "/companies/$companyId/document", name: "Document", needs: "administer_company" },
] as const satisfies readonly { to: string; name: string; needs: Right }[];
