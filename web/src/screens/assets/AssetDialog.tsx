import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, fieldOf, said } from "~/api/client";
import { SEVERITIES, type Severity } from "~/api/types";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Choice, Field } from "~/ui/Field";
import { Refusal } from "~/ui/Refusal";
import { Sure } from "~/ui/Sure";
import { Text } from "~/ui/Text";
import { note } from "~/ui/toast";
import { DependsOn } from "./DependsOn";
import { type Asset, few, withTyped } from "./joined";
import { type Place, placeOf } from "./placeOf";

interface Props {
  companyId: string;
  asset: Asset | undefined;
  known: Asset[];
  onClose: () => void;
}

/** Says how much an asset matters, and what it depends on. */
export function AssetDialog({ companyId, asset, known, onClose }: Props) {
  const [name, setName] = useState(asset?.name ?? "");
  const [criticality, setCriticality] = useState<Severity | "">(asset?.criticality ?? "");
  const [dependsOn, setDependsOn] = useState(asset?.depends_on ?? []);
  const [typed, setTyped] = useState("");
  const [removing, setRemoving] = useState(false);
  const [taken, setTaken] = useState(false);
  const dependents = asset === undefined ? [] : known.filter(({ depends_on }) => depends_on?.includes(asset.name)).map(({ name }) => name);
  const done = useDone(onClose);
  const put = api.useMutation("put", "/api/companies/{company_id}/assets/{asset_name}");
  const send = (event: FormEvent) => {
    event.preventDefault();
    const params = { path: { company_id: companyId, asset_name: name.trim() } };
    const isTaken = asset === undefined && known.some((one) => one.name === name.trim());
    setTaken(isTaken);
    if (isTaken) return;
    const body = { criticality: criticality === "" ? null : criticality, depends_on: withTyped(dependsOn, typed) };
    put.mutate({ params, body }, { onSuccess: () => done(asset === undefined ? `Added ${name.trim()}` : `Changed ${name}`) });
  };
  const fault = placeOf(fieldOf(put.error), put.variables?.body.depends_on ?? []);
  const place = fault === "name" && asset !== undefined ? undefined : fault;
  const error = (of: Place) => (of === place ? said(put.error) : undefined);
  if (asset !== undefined && removing) return <Remove companyId={companyId} asset={asset} onDone={done} onClose={() => setRemoving(false)} />;
  return (
    <Dialog open onClose={onClose} title={asset === undefined ? "Add an asset" : asset.name}>
      <form onSubmit={send} className="flex flex-col gap-3">
        {asset === undefined && (
          <Field
            label="Name"
            hint="As alerts name it"
            required
            maxLength={256}
            value={name}
            error={taken ? "There is one already that is called so: change that one." : error("name")}
            onChange={({ target }) => setName(target.value)}
          />
        )}
        <Choice
          label="How much it matters"
          hint="Incidents on a critical one are more urgent."
          value={criticality}
          error={error("criticality")}
          onChange={({ target }) => setCriticality(target.value as Severity | "")}
        >
          <option value="">not said</option>
          {SEVERITIES.map((severity) => (
            <option key={severity}>{severity}</option>
          ))}
        </Choice>
        <DependsOn
          value={dependsOn}
          onChange={setDependsOn}
          typed={typed}
          onTyped={setTyped}
          known={known.map((one) => one.name).filter((one) => one !== name)}
          error={error("depends_on")}
        />
        {place === undefined && <Refusal error={put.error} />}
        <div className="flex flex-wrap gap-2">
          <Button kind="primary" type="submit" busy={put.isPending}>
            Save
          </Button>
          {asset !== undefined && (
            <Button kind="danger" disabled={dependents.length > 0} onClick={() => setRemoving(true)}>
              Remove
            </Button>
          )}
        </div>
        {dependents.length > 0 && <Text className="text-xs text-soft">{`It can be removed once these no more depend on it: ${few(dependents)}.`}</Text>}
      </form>
    </Dialog>
  );
}

function Remove({ companyId, asset, onDone, onClose }: { companyId: string; asset: Asset; onDone: (words: string) => void; onClose: () => void }) {
  const remove = api.useMutation("delete", "/api/companies/{company_id}/assets/{asset_name}");
  const params = { path: { company_id: companyId, asset_name: asset.name } };
  return (
    <Sure
      title={`Remove ${asset.name}?`}
      act="Remove"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onSure={() => remove.mutate({ params }, { onSuccess: () => onDone(`Removed ${asset.name}`) })}
    >
      How much it matters and what it depends on is forgotten. Its incidents stay.
    </Sure>
  );
}

function useDone(onClose: () => void): (words: string) => void {
  const queries = useQueryClient();
  return (words) => {
    note(words);
    void queries.invalidateQueries({ queryKey: ["get", "/api/companies/{company_id}/assets"] });
    onClose();
  };
}
