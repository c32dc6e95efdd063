import { api } from "~/api/client";
import type { Incident, Schemas } from "~/api/types";
import { Badge, type Tone } from "~/ui/Badge";
import { Code, Text } from "~/ui/Text";
import { Time } from "~/ui/Time";

/** Messages that are shown of each kind. */
const SHOWN = 10;
const FATES: Record<Schemas["Fate"], Tone> = { pending: "plain", delivered: "good", failed: "bad" };

/** Who was told of it, whereby and whether it arrived; or why nobody was. */
export function Told({ incident, of: { told_at, why_not, routes } }: { incident: Incident; of: Schemas["ToldWhy"] }) {
  const ask = (pending: boolean) => ({
    params: { path: { company_id: incident.company_id }, query: { incident_id: incident.incident_id, pending, limit: SHOWN } },
  });
  const asked = { enabled: told_at != null };
  const path = "/api/companies/{company_id}/deliveries";
  const waiting = api.useQuery("get", path, ask(true), asked);
  const over = api.useQuery("get", path, ask(false), asked);
  if (told_at == null) return <Text className="text-soft">{why_not ?? "nobody yet"}</Text>;
  const messages = [...(waiting.data?.items ?? []), ...(over.data?.items ?? [])];
  return (
    <>
      since <Time at={told_at} />
      <ul>
        {messages.map(({ delivery_id, channel, because, status, created_at, why }) => (
          <li key={delivery_id} className="flex flex-wrap items-baseline gap-x-2">
            <Code>{channel}</Code> <span className="text-soft">by {because}</span> <Badge tone={FATES[status]}>{status}</Badge>
            <Time at={created_at} className="text-soft" /> {why != null && <Text className="text-bad">{why}</Text>}
          </li>
        ))}
        {messages.length === 0 &&
          routes.map(({ route, why_not }) => (
            <li key={route} className="text-soft">
              not by route <Text>{route}</Text>: <Text>{why_not ?? "nothing has happened yet that it is for"}</Text>
            </li>
          ))}
      </ul>
    </>
  );
}
