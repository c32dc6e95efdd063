import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Sure } from "~/ui/Sure";
import { session } from "~/session/session";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { note, noteFailure } from "~/ui/toast";

type Login = Schemas["LoginLine"];

/** This login first, then the one that was used last. */
function lastFirst(logins: Login[]): Login[] {
  return logins.toSorted((one, other) => Number(other.current) - Number(one.current) || other.renewed_at.localeCompare(one.renewed_at));
}

/** Where one is logged in, and how to end that. */
export function Logins() {
  const queries = useQueryClient();
  const logins = api.useQuery("get", "/api/auth/sessions");
  const end = api.useMutation("delete", "/api/auth/sessions/{login_id}");
  const [leaving, setLeaving] = useState(false);
  const finish = (login_id: string) =>
    end.mutate(
      { params: { path: { login_id } } },
      {
        onSuccess: () => {
          note("That login has ended");
          void queries.invalidateQueries({ queryKey: ["get", "/api/auth/sessions"] });
        },
        onError: noteFailure,
      },
    );
  return (
    <Panel
      title="Logins"
      actions={
        <Button kind="danger" onClick={() => setLeaving(true)}>
          Log out everywhere
        </Button>
      }
    >
      <Answer of={logins}>
        {({ items }) => (
          <Table<Login>
            caption="Where you are logged in"
            items={lastFirst(items)}
            keyOf={({ login_id }) => login_id}
            columns={[
              { name: "Since", cell: ({ created_at }) => <Time at={created_at} className="whitespace-nowrap" /> },
              { name: "Used", cell: ({ renewed_at }) => <Time at={renewed_at} className="whitespace-nowrap" /> },
              { name: "From", cell: ({ address }) => address ?? "unknown" },
              { name: "With", cell: ({ agent }) => <Text className="line-clamp-2 min-w-48">{agent ?? "unknown"}</Text> },
              { name: "Ends", cell: ({ ends_at }) => <Time at={ends_at} className="whitespace-nowrap" /> },
              {
                name: "",
                right: true,
                cell: ({ login_id, current }) =>
                  current ? (
                    <Badge tone="accent">this one</Badge>
                  ) : (
                    <Button busy={end.isPending && end.variables.params.path.login_id === login_id} onClick={() => finish(login_id)}>
                      End
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Answer>
      {leaving && <LeaveAll onClose={() => setLeaving(false)} />}
    </Panel>
  );
}

function LeaveAll({ onClose }: { onClose: () => void }) {
  const all = api.useMutation("post", "/api/auth/logout-all");
  return (
    <Sure
      title="Log out everywhere?"
      act="Log out everywhere"
      busy={all.isPending}
      error={all.error}
      onClose={onClose}
      onSure={() => all.mutate({}, { onSuccess: () => void session.logOut() })}
    >
      Every login of yours ends within a second, this one too.
    </Sure>
  );
}
