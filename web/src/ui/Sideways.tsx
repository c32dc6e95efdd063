import type { ReactNode } from "react";
import "./sideways.css";

/** What scrolls sideways within itself where the screen is too narrow, and shows at its edges that there is more. */
export function Sideways({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="sideways relative" tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}
