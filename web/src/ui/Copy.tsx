import { useState } from "react";
import { Button } from "./Button";

/** Something to take away: shown as it is, and copied with one press. */
export function Copy({ text, label, secret = false }: { text: string; label: string; secret?: boolean }) {
  const [copied, setCopied] = useState(false);
  return (
    <div className="flex min-w-0 items-start gap-2">
      <pre
        tabIndex={0}
        aria-label={label}
        className={`min-w-0 flex-1 overflow-x-auto rounded-md border border-line bg-raised px-2 py-1 ${secret ? "select-all" : ""}`}
      >
        {text}
      </pre>
      <Button
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => setCopied(true));
        }}
        aria-label={`Copy ${label}`}
      >
        {copied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}
