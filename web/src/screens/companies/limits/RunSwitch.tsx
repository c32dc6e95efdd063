import { useState } from "react";
import { api } from "~/api/client";
import { useCan } from "~/session/useSession";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Sure } from "~/ui/Sure";
import { of } from "../kit/company";
import { useSettled } from "../kit/useSettled";

/** The company's kill switch. */
export function RunSwitch({ companyId }: { companyId: string }) {
  const can = useCan();
  const params = of(companyId);
  const policy = api.useQuery("get", "/api/companies/{company_id}/policy", { params });
  const put = api.useMutation("put", "/api/companies/{company_id}/policy");
  const settled = useSettled();
  const [asking, setAsking] = useState(false);
  const close = () => {
    setAsking(false);
    put.reset();
  };
  return (
    <Panel title="Runs">
      <Answer of={policy}>
        {(policy) => {
          const stopped = policy.stopped ?? false;
          const turn = () =>
            put.mutate({ params, body: { ...policy, stopped: !stopped } }, settled(stopped ? "Runs go on" : "All its runs are stopped", close));
          return (
            <div className="flex flex-wrap items-center gap-3">
              <p className="min-w-0 flex-1">
                {stopped ? (
                  <>
                    <Badge tone="bad">stopped</Badge> Nothing runs for it, whoever agrees.
                  </>
                ) : (
                  <>
                    <Badge tone="good">running</Badge> What policy and consent allow is run.
                  </>
                )}
              </p>
              {can("administer_company") && (
                <Button kind={stopped ? "primary" : "danger"} onClick={() => setAsking(true)}>
                  {stopped ? "Let runs go on" : "Stop all its runs"}
                </Button>
              )}
              {asking && (
                <Sure
                  title={stopped ? "Let its runs go on?" : "Stop all its runs?"}
                  act={stopped ? "Let them go on" : "Stop them"}
                  busy={put.isPending}
                  error={put.error}
                  onSure={turn}
                  onClose={close}
                >
                  {stopped ? "What policy and consent allow is run again." : "Nothing more is begun for the company until it is taken back. What runs already is not ended by this."}
                </Sure>
              )}
            </div>
          );
        }}
      </Answer>
    </Panel>
  );
}
