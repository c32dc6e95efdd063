import { useState } from "react";
import { useCompanyName } from "~/app/scope";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { usePerson } from "~/session/useSession";
import { Badge, worded } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Needs } from "~/ui/Needs";
import { Page, Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { NewPerson } from "./NewPerson";
import { PersonDialog } from "./PersonDialog";
import { Rights } from "./Rights";

export type User = Schemas["User"];

/** Who may come in, as what, and what that allows. */
export function People() {
  return (
    <Needs right="administer_users" title="People and rights">
      <Everybody />
    </Needs>
  );
}

function Everybody() {
  const nameOf = useCompanyName();
  const me = usePerson();
  const users = api.useQuery("get", "/api/users");
  const [adding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const person = users.data?.items.find(({ user_id }) => user_id === chosen);
  return (
    <Page
      title="People and rights"
      actions={
        <Button kind="primary" onClick={() => setAdding(true)}>
          Add a person
        </Button>
      }
    >
      <Panel title="People">
        <Answer of={users}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="There is nobody yet">Add the first person, and tell the password that is shown.</Empty>
            ) : (
              <Table<User>
                caption="People"
                items={items}
                keyOf={({ user_id }) => user_id}
                columns={[
                  { name: "Name", cell: ({ name, email }) => <Text className="block min-w-28 font-medium">{name || email}</Text> },
                  { name: "E-mail", cell: ({ email }) => <Text className="block min-w-44">{email}</Text> },
                  { name: "Role", cell: ({ role }) => worded(role) },
                  {
                    name: "Companies",
                    cell: ({ role, company_ids }) => (role === "msp_admin" ? "all" : <Text>{company_ids.map(nameOf).join(", ") || "none"}</Text>),
                  },
                  { name: "Second factor", cell: ({ second_factor }) => (second_factor ? <Badge tone="good">set up</Badge> : <Badge>none</Badge>) },
                  {
                    name: "Password changed",
                    cell: ({ password_changed_at, password_expires_at }) => <PasswordAge changedAt={password_changed_at} expiresAt={password_expires_at} />,
                  },
                  { name: "State", cell: ({ disabled_at }) => <State disabledAt={disabled_at} /> },
                  {
                    name: "",
                    right: true,
                    cell: ({ user_id, email }) =>
                      user_id === me.user_id ? (
                        <Badge tone="accent">you</Badge>
                      ) : (
                        <Button aria-label={`Change ${email}`} onClick={() => setChosen(user_id)}>
                          Change
                        </Button>
                      ),
                  },
                ]}
              />
            )
          }
        </Answer>
      </Panel>
      <Rights />
      {adding && <NewPerson onClose={() => setAdding(false)} />}
      {person !== undefined && <PersonDialog key={person.user_id} person={person} onClose={() => setChosen(null)} />}
    </Page>
  );
}

function PasswordAge({ changedAt, expiresAt }: { changedAt: string | null | undefined; expiresAt: string | null | undefined }) {
  if (changedAt != null) return <Time at={changedAt} className="whitespace-nowrap" />;
  return (
    <span className="text-soft">
      not yet
      {expiresAt != null && (
        <>
          ; the first one ends <Time at={expiresAt} className="whitespace-nowrap" />
        </>
      )}
    </span>
  );
}

function State({ disabledAt }: { disabledAt: string | null | undefined }) {
  if (disabledAt == null) return <Badge tone="good">open</Badge>;
  return (
    <Badge tone="bad">
      closed <Time at={disabledAt} />
    </Badge>
  );
}
