import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useCompanies } from "~/app/scope";
import { api, fieldOf, said } from "~/api/client";
import { Button } from "~/ui/Button";
import { Copy } from "~/ui/Copy";
import { Dialog } from "~/ui/Dialog";
import { Field } from "~/ui/Field";
import { type Post, RoleAndCompanies, sent } from "./RoleAndCompanies";

/** Lets somebody in: his first password is shown once. */
export function NewPerson({ onClose }: { onClose: () => void }) {
  const companies = useCompanies();
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [post, setPost] = useState<Post>({ role: "technician", company_ids: companies.length === 1 ? companies.map(({ company_id }) => company_id) : [] });
  const create = api.useMutation("post", "/api/users");
  const send = (event: FormEvent) => {
    event.preventDefault();
    const body = { email: email.trim(), ...(name.trim() === "" ? {} : { name: name.trim() }), ...sent(post) };
    create.mutate({ body }, { onSuccess: () => void queries.invalidateQueries({ queryKey: ["get", "/api/users"] }) });
  };
  const error = (field: string) => (fieldOf(create.error) === field ? said(create.error) : undefined);
  if (create.data !== undefined) return <FirstPassword email={create.data.email} password={create.data.password} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} title="Add a person">
      <form onSubmit={send} className="flex flex-col gap-3">
        <Field label="E-mail" type="email" required value={email} error={error("email")} onChange={({ target }) => setEmail(target.value)} />
        <Field label="Name" value={name} error={error("name")} onChange={({ target }) => setName(target.value)} />
        <RoleAndCompanies value={post} onChange={setPost} error={error("company_ids")} />
        {create.error !== null && !["email", "name", "company_ids"].includes(fieldOf(create.error) ?? "") && (
          <p role="alert" className="text-bad">
            {said(create.error)}
          </p>
        )}
        <Button kind="primary" type="submit" busy={create.isPending}>
          Add
        </Button>
      </form>
    </Dialog>
  );
}

/** A password that somebody is to be told; it is good for choosing another with. */
export function FirstPassword({ email, password, onClose }: { email: string; password: string; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="The first password" description={`For ${email}. It is shown only now, and good for choosing another with.`}>
      <Copy text={password} label="password" secret />
      <Button className="mt-3" onClick={onClose}>
        Done
      </Button>
    </Dialog>
  );
}
