/** What routes and steps choose from. */
import { SEVERITIES, type Schemas } from "~/api/types";
import { worded } from "~/ui/Badge";

export const SEVERITY_CHOICES = SEVERITIES.map((one) => [one, one] as const);

const NEWS: Schemas["News"][] = [
  "incident.opened",
  "incident.severity_raised",
  "incident.acknowledged",
  "incident.escalated",
  "incident.sla_warning",
  "incident.sla_breached",
  "approval.requested",
  "incident.resolved",
];

/** `incident.sla_warning` → `sla warning` */
export const newsName = (news: Schemas["News"]): string => (news === "approval.requested" ? "approval requested" : worded(news.replace(/^incident\./, "")));

export const NEWS_CHOICES = NEWS.map((news) => [news, newsName(news)] as const);

/** The channels that there are, and those that are named though there are none. */
export function channelChoices(there: string[], named: string[]): (readonly [string, string])[] {
  const gone = named.filter((name) => !there.includes(name));
  return [...there.map((name) => [name, name] as const), ...gone.map((name) => [name, `${name} (there is none)`] as const)];
}
