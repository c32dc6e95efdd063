import { useCallback, useState } from "react";
import { type Frame, isEntry } from "~/live/frames";
import { useFrames } from "~/live/useLive";
import { useCompanyName } from "./scope";

/** Says new critical incidents to whoever does not see the screen (ARIA live regions). At most one sentence at a time. */
export function Announcer() {
  const nameOf = useCompanyName();
  const [said, setSaid] = useState("");
  const hear = useCallback(
    (frames: Frame[]) => {
      const grave = frames.filter(isEntry).filter(({ data }) => {
        const { severity } = data.data as { severity?: string };
        return data.kind === "incident.opened" && severity === "critical";
      });
      const last = grave.at(-1);
      if (last === undefined) return;
      const { asset_name, signature } = last.data.data as { asset_name: string; signature: string };
      const others = grave.length > 1 ? `, and ${grave.length - 1} more` : "";
      setSaid(`New critical incident: ${signature} on ${asset_name}, ${nameOf(last.data.company_id)}${others}`);
    },
    [nameOf],
  );
  useFrames(hear);
  return (
    <div role="log" aria-live="assertive" className="sr-only">
      {said}
    </div>
  );
}
