/** What each kind of channel needs to be told. */
import type { Schemas } from "~/api/types";
import { worded } from "~/ui/Badge";

export type Kind = Schemas["ChannelKind"];
export type Wanted = Schemas["WantedChannel"];

export const KINDS: Kind[] = ["webhook", "slack", "teams", "email", "jira", "service_now"];

const NAMES: Partial<Record<Kind, string>> = { slack: "Slack", teams: "Microsoft Teams", email: "mail", jira: "Jira", service_now: "ServiceNow" };

export const kindName = (kind: Kind): string => NAMES[kind] ?? worded(kind);

/** A line of text that a kind needs, or may have. */
export interface Line {
  field: "url" | "user" | "token" | "project" | "issue_type" | "close_code";
  label: string;
  hint?: string;
  placeholder?: string;
  needed?: boolean;
  secret?: boolean;
}

const URL_OF: Record<Exclude<Kind, "email">, string> = {
  webhook: "https://hooks.example.com/incidents",
  slack: "https://hooks.slack.com/services/…",
  teams: "https://….logic.azure.com/workflows/…",
  jira: "https://acme.atlassian.net",
  service_now: "https://acme.service-now.com",
};

/** The lines that a kind's form has. */
export function linesOf(kind: Kind): Line[] {
  if (kind === "email") return [];
  const url: Line = { field: "url", label: "URL", hint: "https:// alone. Nobody is shown more of it again than its host.", placeholder: URL_OF[kind], needed: true };
  if (kind === "jira" || kind === "service_now") {
    const login: Line[] = [
      { field: "user", label: "User", hint: "As whom tickets are made.", needed: true },
      { field: "token", label: kind === "jira" ? "API token" : "Password", hint: "Nobody is shown it again.", needed: true, secret: true },
    ];
    const own: Line[] =
      kind === "jira"
        ? [
            { field: "project", label: "Project", hint: "By its key.", placeholder: "OPS", needed: true },
            { field: "issue_type", label: "Type of issue", placeholder: "Task" },
          ]
        : [{ field: "close_code", label: "Code of a resolution", placeholder: "Solved (Permanently)" }];
    return [url, ...login, ...own];
  }
  return [url];
}

/** What is sent of what was typed: what the kind has, and nothing that is empty. */
export function asked(typed: Wanted): Wanted {
  const { kind, to, new_secret } = typed;
  const lines = linesOf(kind).map(({ field }) => [field, typed[field]?.trim()] as const);
  return {
    kind,
    ...Object.fromEntries(lines.filter(([, text]) => text !== undefined && text !== "")),
    ...(kind === "email" ? { to: to ?? [] } : {}),
    ...(kind === "webhook" && new_secret === true ? { new_secret } : {}),
  };
}
