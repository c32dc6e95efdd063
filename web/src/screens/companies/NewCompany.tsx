import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import { Button } from "~/ui/Button";
import { Field, Tick } from "~/ui/Field";
import { Needs } from "~/ui/Needs";
import { Page, Panel } from "~/ui/Page";
import { Refusal } from "~/ui/Refusal";
import { useSettled } from "./kit/useSettled";
import { wrong } from "./kit/wrong";
import { keep } from "./onboarding/fresh";
import { suggested } from "./onboarding/suggested";

/** Makes a company, and goes on to connect it. */
export function NewCompany() {
  return (
    <Needs right="found_companies" title="New company">
      <Page title="New company">
        <Panel className="max-w-xl">
          <Form />
        </Panel>
      </Page>
    </Needs>
  );
}

function Form() {
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const [unsigned, setUnsigned] = useState(false);
  const navigate = useNavigate();
  const settled = useSettled();
  const create = api.useMutation("post", "/api/companies");
  const id = chosen ?? suggested(name);
  const at = wrong(create.error);
  const send = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { body: { name: name.trim(), unsigned, ...(id === "" ? {} : { id }) } },
      {
        onSuccess: async ({ company_id, api_key, webhook_secret }) => {
          keep(company_id, { key: api_key, secret: webhook_secret, ...(unsigned ? { unsignedKey: api_key } : {}) });
          await navigate({ to: "/companies/$companyId/onboarding", params: { companyId: company_id } });
          await settled(`${name.trim()} is there`).onSuccess();
        },
      },
    );
  };
  return (
    <form onSubmit={send} className="flex flex-col gap-3">
      <Field label="Name" hint="What people call it." required value={name} error={at("name")} onChange={({ target }) => setName(target.value)} />
      <Field
        label="Id"
        hint="It stands in addresses and in programs, and stays as it is. Left empty, one is made."
        spellCheck={false}
        autoComplete="off"
        value={id}
        error={at("id")}
        onChange={({ target }) => setChosen(target.value)}
      />
      <Tick
        label="Its first key may send unsigned alerts"
        hint="For tools that cannot sign. A key that signs is safer; one that does not can be made later, for each tool."
        checked={unsigned}
        onChange={({ target }) => setUnsigned(target.checked)}
      />
      {at("name") === undefined && at("id") === undefined && <Refusal error={create.error} />}
      <div className="flex gap-2">
        <Button kind="primary" type="submit" busy={create.isPending}>
          Make it
        </Button>
        <Button onClick={() => void navigate({ to: "/companies" })}>Leave it</Button>
      </div>
    </form>
  );
}
