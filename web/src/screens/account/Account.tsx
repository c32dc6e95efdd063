import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Theme, chooseTheme, chosenTheme } from "~/app/theme";
import { areOn, setShortcuts } from "~/app/useShortcuts";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { ChoosePassword } from "~/session/ChoosePassword";
import { SecondFactor } from "~/session/SecondFactor";
import { session } from "~/session/session";
import { Badge, worded } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Choice, Tick } from "~/ui/Field";
import { Facts, Page, Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { note, noteFailure } from "~/ui/toast";

/** One's own account: who one is, how one comes in, and how it looks. */
export function Account() {
  const me = api.useQuery("get", "/api/auth/me");
  return (
    <Page title="Your account">
      <Answer of={me}>
        {(me) => (
          <div className="grid gap-3 lg:grid-cols-2">
            <Panel title="Who you are">
              <Facts
                of={[
                  ["Name", <Text>{me.name || "none"}</Text>],
                  ["E-mail", <Text>{me.email}</Text>],
                  ["Role", worded(me.role)],
                  ["Companies", me.company_ids.join(", ") || (me.role === "msp_admin" ? "all" : "none")],
                  ["Password changed", me.password_changed_at == null ? "never" : <Time at={me.password_changed_at} />],
                ]}
              />
            </Panel>
            <Looks />
            <Panel title="Password">
              <ChoosePassword />
            </Panel>
            <Panel title="Second factor">{me.second_factor ? <Badge tone="good">set up</Badge> : <SecondFactor />}</Panel>
          </div>
        )}
      </Answer>
      <Logins />
    </Page>
  );
}

function Looks() {
  const [theme, setTheme] = useState(chosenTheme);
  const [keys, setKeys] = useState(areOn);
  return (
    <Panel title="How it looks">
      <div className="flex flex-col gap-3">
        <Choice
          label="Theme"
          value={theme}
          onChange={({ target }) => {
            chooseTheme(target.value as Theme);
            setTheme(target.value as Theme);
          }}
        >
          <option value="system">as the system has it</option>
          <option value="light">light</option>
          <option value="dark">dark</option>
        </Choice>
        <Tick
          label="Single keys do things"
          hint="Press ? to see which."
          checked={keys}
          onChange={({ target }) => {
            setShortcuts(target.checked);
            setKeys(target.checked);
          }}
        />
      </div>
    </Panel>
  );
}

type Login = Schemas["LoginLine"];

function Logins() {
  const queries = useQueryClient();
  const logins = api.useQuery("get", "/api/auth/sessions");
  const end = api.useMutation("delete", "/api/auth/sessions/{login_id}");
  const all = api.useMutation("post", "/api/auth/logout-all");
  const ended = {
    onSuccess: () => {
      note("That login has ended");
      void queries.invalidateQueries({ queryKey: ["get", "/api/auth/sessions"] });
    },
    onError: noteFailure,
  };
  return (
    <Panel
      title="Logins"
      actions={
        <Button kind="danger" busy={all.isPending} onClick={() => all.mutate({}, { onSuccess: () => void session.logOut(), onError: noteFailure })}>
          Log out everywhere
        </Button>
      }
    >
      <Answer of={logins}>
        {({ items }) => (
          <Table<Login>
            caption="Where you are logged in"
            items={items}
            keyOf={({ login_id }) => login_id}
            columns={[
              { name: "Since", cell: ({ created_at }) => <Time at={created_at} /> },
              { name: "Used", cell: ({ renewed_at }) => <Time at={renewed_at} /> },
              { name: "From", cell: ({ address }) => address ?? "unknown" },
              { name: "With", cell: ({ agent }) => <Text className="line-clamp-2">{agent ?? "unknown"}</Text> },
              { name: "Ends", cell: ({ ends_at }) => <Time at={ends_at} /> },
              {
                name: "",
                right: true,
                cell: ({ login_id, current }) =>
                  current ? (
                    <Badge tone="accent">this one</Badge>
                  ) : (
                    <Button busy={end.isPending} onClick={() => end.mutate({ params: { path: { login_id } } }, ended)}>
                      End
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
