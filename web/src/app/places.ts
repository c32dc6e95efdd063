/** Where one can go, in the order of the day, and the right that makes it worth going there. */
import type { Right } from "~/api/types";

export interface Place {
  to: string;
  name: string;
  /** Pressed after `g`. */
  key: string;
  needs: Right;
}

export const PLACES: Place[] = [
  { to: "/", name: "Now", key: "n", needs: "read" },
  { to: "/incidents", name: "Incidents", key: "i", needs: "read" },
  { to: "/approvals", name: "Approvals", key: "a", needs: "read" },
  { to: "/alerts", name: "Alerts", key: "l", needs: "read" },
  { to: "/runbooks", name: "Runbooks", key: "r", needs: "read" },
  { to: "/memory", name: "Memory", key: "m", needs: "read" },
  { to: "/topology", name: "Assets", key: "t", needs: "read" },
  { to: "/companies", name: "Companies", key: "c", needs: "read" },
  { to: "/numbers", name: "Numbers", key: "k", needs: "read" },
  { to: "/people", name: "People", key: "p", needs: "administer_users" },
  { to: "/audit", name: "Audit", key: "u", needs: "audit" },
  { to: "/system", name: "System", key: "s", needs: "oversee" },
];
