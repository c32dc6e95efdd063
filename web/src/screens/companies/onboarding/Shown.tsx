import { useBlocker } from "@tanstack/react-router";
import { Button } from "~/ui/Button";
import { Copy } from "~/ui/Copy";
import { Panel } from "~/ui/Page";
import { type Fresh, forget } from "./fresh";

/** The key and the secret, shown once: until it is said that they are kept, or the page is closed. */
export function Shown({ companyId, fresh }: { companyId: string; fresh: Fresh }) {
  useBlocker({ shouldBlockFn: () => false, enableBeforeUnload: true });
  const all = [
    ["API key", fresh.key],
    ["Webhook secret", fresh.secret],
    ["API key that may send unsigned", fresh.key === fresh.unsignedKey ? undefined : fresh.unsignedKey],
  ] as const;
  return (
    <Panel title="Keep these now" className="border-medium">
      <p className="mb-3">They are not shown again: nobody can read them afterwards, not even here. What is lost is made anew under Keys.</p>
      <dl className="flex flex-col gap-2">
        {all.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt className="font-medium">{name}</dt>
                <dd>
                  <Copy text={value} label={name} secret />
                </dd>
              </div>
            ),
        )}
      </dl>
      <Button className="mt-3" onClick={() => forget(companyId)}>
        I have kept them: hide
      </Button>
    </Panel>
  );
}
