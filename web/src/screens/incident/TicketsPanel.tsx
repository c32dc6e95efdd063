import { api } from "~/api/client";
import type { Incident } from "~/api/types";
import { Panel } from "~/ui/Page";
import { Text } from "~/ui/Text";
import { webAddress } from "~/ui/webAddress";
import { of } from "./of";

/** The tickets that were made for it elsewhere. Nothing where none was. */
export function TicketsPanel({ incident }: { incident: Incident }) {
  const { data } = api.useQuery("get", "/api/incidents/{incident_id}/tickets", { params: of(incident) });
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Panel title="Tickets">
      <ul>
        {data.items.map(({ channel, number, url }) => {
          const address = webAddress(url);
          return (
            <li key={`${channel} ${number}`}>
              {address === null ? (
                <Text>{number}</Text>
              ) : (
                <a className="text" href={address.href} rel="noreferrer noopener" target="_blank">
                  <Text>{`${number} (${address.host})`}</Text>
                </a>
              )}{" "}
              <Text className="text-soft">{channel}</Text>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
