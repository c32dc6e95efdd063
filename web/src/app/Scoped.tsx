import type { ReactNode } from "react";
import { Button } from "~/ui/Button";
import { Empty } from "~/ui/States";
import { useChooseScope, useUnknownScope } from "./scope";

/** What is shown of the company that the address names, where the person may read it. */
export function Scoped({ children }: { children: ReactNode }) {
  const unknown = useUnknownScope();
  const choose = useChooseScope();
  if (unknown === null) return children;
  return (
    <Empty title="There is no such company, or it is not one of yours">
      <p className="mb-2">{unknown}</p>
      <Button onClick={() => choose(null)}>Show what is yours</Button>
    </Empty>
  );
}
