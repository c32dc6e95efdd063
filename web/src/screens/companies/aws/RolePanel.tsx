import type { Schemas } from "~/api/types";
import { Copy } from "~/ui/Copy";
import { Panel } from "~/ui/Page";

/** What the company makes its role with. */
export function RolePanel({ role }: { role: Schemas["AwsRole"] }) {
  const { external_id, trust_policy, permissions_policy, principal, missing } = role;
  const steps = [
    ["External id", "What the role is to ask for.", external_id],
    ["Trust policy", "Whom the role trusts.", pretty(trust_policy)],
    ["Permissions policy", "What the role has to allow, and no more than that.", pretty(permissions_policy)],
  ] as const;
  return (
    <Panel title="1. Make a role in its account">
      {missing != null && <p className="mb-3 rounded-md bg-warn-wash px-2 py-1.5 [overflow-wrap:anywhere]">{missing}</p>}
      <p className="mb-3 text-soft">In IAM, Roles, Create role, custom trust policy. No keys are stored: the role is assumed each time, with the external id.</p>
      <dl className="flex flex-col gap-3">
        {steps.map(([name, about, text]) => (
          <div key={name} className="min-w-0">
            <dt className="font-medium">{name}</dt>
            <dd>
              <p className="mb-1 text-xs text-soft">{about}</p>
              <div className="max-h-80 overflow-y-auto" tabIndex={0} role="region" aria-label={name}>
                <Copy text={text} label={name} />
              </div>
            </dd>
          </div>
        ))}
        {principal != null && (
          <div>
            <dt className="font-medium">We are</dt>
            <dd>
              <Copy text={principal} label="our principal" />
            </dd>
          </div>
        )}
      </dl>
    </Panel>
  );
}

const pretty = (document: unknown): string => JSON.stringify(document, null, 2);
