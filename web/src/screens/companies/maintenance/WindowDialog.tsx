import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Choice, Field } from "~/ui/Field";
import { Refusal } from "~/ui/Refusal";
import { WeeklyFields, someWeekly } from "../kit/WeeklyFields";
import { of } from "../kit/company";
import { Cel, Fields, Moment } from "../kit/fields";
import { useSettled } from "../kit/useSettled";
import { wrongWithin } from "../kit/wrong";

type Window = Schemas["MaintenanceWindow"];

interface Props {
  companyId: string;
  windows: Window[];
  /** Which of them is changed; after the last, a new one. */
  place: number;
  onClose: () => void;
}

/** Plans a window, or changes it. */
export function WindowDialog({ companyId, windows, place, onClose }: Props) {
  const [window, setWindow] = useState<Window>(windows[place] ?? { name: "", weekly: someWeekly() });
  const change = (part: Partial<Window>) => setWindow({ ...window, ...part });
  const put = api.useMutation("put", "/api/companies/{company_id}/maintenance-windows");
  const settled = useSettled();
  const at = wrongWithin(put.error, `maintenance_windows[${place}]`);
  const isWeekly = window.weekly !== undefined;
  const save = (event: FormEvent) => {
    event.preventDefault();
    const maintenance_windows = [...windows.slice(0, place), window, ...windows.slice(place + 1)];
    put.mutate({ params: of(companyId), body: { maintenance_windows } }, settled(`${window.name} is planned`, onClose));
  };
  return (
    <Dialog open wide onClose={onClose} title={place < windows.length ? `Change ${windows[place]?.name}` : "Plan a maintenance window"}>
      <form onSubmit={save} className="flex flex-col gap-3">
        <Field label="Name" required maxLength={64} value={window.name} error={at("name")} onChange={({ target }) => change({ name: target.value })} />
        <Cel
          label="Which alerts, in CEL"
          hint="It sees asset, signature, severity, tool, message and labels. Left empty: every alert."
          placeholder="asset.startsWith('db-')"
          value={window.match}
          error={at("match")}
          onChange={(match) => change({ match })}
        />
        <Choice
          label="It is"
          value={isWeekly ? "weekly" : "once"}
          onChange={({ target }) => change(target.value === "weekly" ? { weekly: someWeekly(), starts_at: undefined, ends_at: undefined } : { weekly: undefined })}
        >
          <option value="weekly">again and again</option>
          <option value="once">once</option>
        </Choice>
        {window.weekly !== undefined ? (
          <WeeklyFields value={window.weekly} wrong={(field) => at(`weekly.${field}`)} onChange={(weekly) => change({ weekly })} />
        ) : (
          <Fields>
            <Moment label="From" hint="In your own time zone." required value={window.starts_at} error={at("starts_at")} onChange={(starts_at) => change({ starts_at })} />
            <Moment label="To" required value={window.ends_at} error={at("ends_at")} onChange={(ends_at) => change({ ends_at })} />
          </Fields>
        )}
        <Refusal error={put.error} />
        <Button kind="primary" type="submit" busy={put.isPending}>
          Save
        </Button>
      </form>
    </Dialog>
  );
}
