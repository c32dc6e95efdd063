import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, fieldOf, said } from "~/api/client";
import { SEVERITIES, type Severity } from "~/api/types";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Choice, Field } from "~/ui/Field";
import { note, noteFailure } from "~/ui/toast";
import type { Asset } from "./graph";

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
  const [dependsOn, setDependsOn] = useState((asset?.depends_on ?? []).join(", "));
  const queries = useQueryClient();
  const put = api.useMutation("put", "/api/companies/{company_id}/assets/{asset_name}");
  const remove = api.useMutation("delete", "/api/companies/{company_id}/assets/{asset_name}");
  const params = { path: { company_id: companyId, asset_name: name.trim() } };
  const done = (words: string) => ({
    onSuccess: () => {
      note(words);
      void queries.invalidateQueries({ queryKey: ["get", "/api/companies/{company_id}/assets"] });
      onClose();
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    const names = dependsOn.split(",").map((one) => one.trim()).filter((one) => one !== "");
    const body = { ...(criticality === "" ? {} : { criticality }), ...(names.length === 0 ? {} : { depends_on: names }) };
    put.mutate({ params, body }, done(asset === undefined ? "Added" : "Changed"));
  };
  const field = fieldOf(put.error)?.split(/[.[]/)[0];
  const error = (of: string) => (field === of ? said(put.error) : undefined);
  return (
    <Dialog open onClose={onClose} title={asset === undefined ? "Add an asset" : asset.name}>
      <form onSubmit={send} className="flex flex-col gap-3">
        {asset === undefined && (
          <Field label="Name" hint="As alerts name it" required value={name} error={error("name") ?? error("asset_name")} onChange={({ target }) => setName(target.value)} />
        )}
        <Choice label="How much it matters" value={criticality} error={error("criticality")} onChange={({ target }) => setCriticality(target.value as Severity | "")}>
          <option value="">not said</option>
          {SEVERITIES.map((severity) => (
            <option key={severity}>{severity}</option>
          ))}
        </Choice>
        <Field
          label="Depends on"
          hint="Names of assets, with commas between"
          list="known-assets"
          value={dependsOn}
          error={error("depends_on")}
          onChange={({ target }) => setDependsOn(target.value)}
        />
        <datalist id="known-assets">
          {known.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        {put.error !== null && !["name", "asset_name", "criticality", "depends_on"].includes(field ?? "") && (
          <p role="alert" className="text-bad">
            {said(put.error)}
          </p>
        )}
        <div className="flex flex-wrap gap-2">
          <Button kind="primary" type="submit" busy={put.isPending}>
            Save
          </Button>
          {asset !== undefined && (
            <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate({ params }, { ...done("Removed"), onError: noteFailure })}>
              Remove
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
