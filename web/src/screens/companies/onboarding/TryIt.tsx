import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import { Button } from "~/ui/Button";
import { Choice } from "~/ui/Field";
import { AlertLink } from "../kit/AlertLink";
import { Refusal } from "~/ui/Refusal";
import { of } from "../kit/company";

/** Formats of which there are samples. */
const FORMATS = [
  "alertmanager", "prometheus", "grafana", "cloudwatch", "datadog", "zabbix", "checkmk", "pagerduty",
  "azure-monitor", "gcp-monitoring", "newrelic", "sentry", "pingdom", "cloudevents",
];

/** Sends a sample, as if a tool had sent it, and shows what became of it. */
export function TryIt({ companyId }: { companyId: string }) {
  const [format, setFormat] = useState("");
  const [sent, setSent] = useState<string[]>([]);
  const trial = api.useMutation("post", "/api/companies/{company_id}/test-alert");
  const send = (status: "firing" | "resolved") =>
    trial.mutate(
      { params: of(companyId), body: { status, ...(format === "" ? {} : { format }) } },
      { onSuccess: ({ alert_ids }) => setSent(alert_ids) },
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send("firing");
  };
  return (
    <form onSubmit={submit} className="mt-3 border-t border-line pt-3">
      <div className="flex flex-wrap items-end gap-2">
        <Choice label="Try it with a sample of" className="w-48" value={format} onChange={({ target }) => setFormat(target.value)}>
          <option value="">our own format</option>
          {FORMATS.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Choice>
        <Button type="submit" busy={trial.isPending}>
          Send a test alert
        </Button>
        {sent.length > 0 && (
          <Button busy={trial.isPending} onClick={() => send("resolved")}>
            Send its end
          </Button>
        )}
      </div>
      <Refusal error={trial.error} />
      {sent.length > 0 && (
        <ul role="status" className="mt-2">
          {sent.map((alertId) => (
            <li key={alertId}>
              Taken in: <AlertLink alertId={alertId} companyId={companyId} />
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
