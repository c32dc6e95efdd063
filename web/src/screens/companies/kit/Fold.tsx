import { type ReactNode, useEffect, useState } from "react";

interface Props {
  summary: ReactNode;
  /** Whether it is to be open: from the beginning, and whenever that comes to be so. Otherwise it stays as it was left. */
  open: boolean;
  children: ReactNode;
}

/** Something that is folded away until it is looked at. */
export function Fold({ summary, open: wanted, children }: Props) {
  const [open, setOpen] = useState(wanted);
  useEffect(() => {
    if (wanted) setOpen(true);
  }, [wanted]);
  return (
    <details className="min-w-0 flex-1 basis-60" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="[overflow-wrap:anywhere]">{summary}</summary>
      <div className="mt-2">{children}</div>
    </details>
  );
}
