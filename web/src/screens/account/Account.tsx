import { useState } from "react";
import { useCompanyName } from "~/app/scope";
import { type Theme, chooseTheme, chosenTheme } from "~/app/theme";
import { areOn, setShortcuts } from "~/app/useShortcuts";
import { api } from "~/api/client";
import { ChoosePassword } from "~/session/ChoosePassword";
import { SecondFactor } from "~/session/SecondFactor";
import { Badge, worded } from "~/ui/Badge";
import { Choice, Tick } from "~/ui/Field";
import { Facts, Page, Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Logins } from "./Logins";

/** One's own account: who one is, how one comes in, and how it looks. */
export function Account() {
  const me = api.useQuery("get", "/api/auth/me");
  const nameOf = useCompanyName();
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
                  ["Companies", me.company_ids.map(nameOf).join(", ") || (me.role === "msp_admin" ? "all" : "none")],
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
