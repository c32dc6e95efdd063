import type { ReactNode } from "react";

/** A cell that keeps some width for its words where the table is narrow. */
export function Roomy({ children }: { children: ReactNode }) {
  return <span className="block min-w-32">{children}</span>;
}
