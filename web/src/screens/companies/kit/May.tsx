import type { ReactNode } from "react";

/** Fields that can be changed by whom the right is given; shown to all others as they are. */
export function May({ change, children }: { change: boolean; children: ReactNode }) {
  return (
    <fieldset disabled={!change} className="contents [&_:disabled]:opacity-100">
      {children}
    </fieldset>
  );
}
