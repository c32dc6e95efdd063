import { type FormEvent, useState } from "react";
import { api, said } from "~/api/client";
import type { Incident } from "~/api/types";
import { usePerson } from "~/session/useSession";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Choice } from "~/ui/Field";
import { of } from "./of";
import { useAct } from "./useAct";

/** Gives it to somebody of the company, or takes it back. */
export function AssignDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const { email } = usePerson();
  const [to, setTo] = useState(incident.assigned_to ?? email);
  const members = api.useQuery("get", "/api/companies/{company_id}/members", { params: { path: { company_id: incident.company_id } } });
  const update = api.useMutation("patch", "/api/incidents/{incident_id}");
  const after = useAct();
  const names = new Set([email, ...(members.data?.items.map((member) => member.email) ?? []), incident.assigned_to ?? email]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ params: of(incident), body: { assigned_to: to === "" ? null : to } }, after(to === "" ? "Assigned to nobody" : `Assigned to ${to}`, onClose));
  };
  return (
    <Dialog open onClose={onClose} title="Assign">
      <form onSubmit={send} className="flex flex-col gap-3">
        <Choice label="To" value={to} onChange={({ target }) => setTo(target.value)} error={update.error === null ? undefined : said(update.error)}>
          <option value="">nobody</option>
          {[...names].map((name) => (
            <option key={name} value={name}>
              {name === email ? `${name} (you)` : name}
            </option>
          ))}
        </Choice>
        <Button kind="primary" type="submit" busy={update.isPending}>
          Assign
        </Button>
      </form>
    </Dialog>
  );
}
