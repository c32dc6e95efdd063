import { api } from "~/api/client";
import { useConnection } from "~/live/useLive";
import { Badge } from "~/ui/Badge";
import { Facts, Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Code } from "~/ui/Text";
import { span } from "~/ui/time";

/** How often it is asked, in milliseconds. */
const PACE = 5000;

/** The process itself: which it is, since when, and who decides. */
export function Health() {
  const connection = useConnection();
  const ping = api.useQuery("get", "/api/agent/ping", {}, { refetchInterval: PACE });
  return (
    <Panel title="The process">
      <Answer of={ping}>
        {(ping) => (
          <Facts
            of={[
              ["Ready", ping.ready ? <Badge tone="good">yes</Badge> : <Badge tone="bad">no</Badge>],
              ["Version", <Code>{`${ping.version} (${ping.commit})`}</Code>],
              ["Up for", span(ping.uptime_s * 1000)],
              ["Decides", `${ping.mode}, ${ping.provider}`],
              ["Could decide", ping.providers_available.join(", ") || "nobody else"],
              ["This page", connection],
            ]}
          />
        )}
      </Answer>
      <p className="mt-2 text-soft">
        What it measures, lag among it, is at <code>/metrics</code>, for Prometheus.
      </p>
    </Panel>
  );
}
