import clsx from "clsx";
import { type ComponentProps, type ReactNode, useId } from "react";

const BOX =
  "w-full rounded-md border border-line bg-surface px-2 py-1 text-ink placeholder:text-soft disabled:opacity-60 aria-[invalid=true]:border-bad";
/** What is typed or chosen on one line is equally high. */
const LINE = clsx(BOX, "min-h-8 leading-5");

interface About {
  label: ReactNode;
  hint?: ReactNode;
  /** What is wrong with it, in words. */
  error?: string | undefined;
  className?: string;
}

function Labelled({ label, hint, error, className, id, children }: About & { id: string; children: ReactNode }) {
  return (
    <div className={clsx("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-xs text-soft">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} role="alert" className="text-xs text-bad [overflow-wrap:anywhere]">
          {error}
        </p>
      )}
    </div>
  );
}

function describing({ hint, error }: About, id: string) {
  const by = clsx(hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`);
  return { id, "aria-invalid": error !== undefined, "aria-describedby": by || undefined };
}

/** A line of text with its label. */
export function Field({ label, hint, error, className, ...rest }: About & Omit<ComponentProps<"input">, "className">) {
  const id = useId();
  const about = { label, hint, error, className };
  return (
    <Labelled {...about} id={id}>
      <input {...rest} {...describing(about, id)} className={LINE} />
    </Labelled>
  );
}

/** Lines of text with their label. */
export function Area({ label, hint, error, className, ...rest }: About & Omit<ComponentProps<"textarea">, "className">) {
  const id = useId();
  const about = { label, hint, error, className };
  return (
    <Labelled {...about} id={id}>
      <textarea rows={4} {...rest} {...describing(about, id)} className={BOX} />
    </Labelled>
  );
}

/** A choice with its label. */
export function Choice({ label, hint, error, className, ...rest }: About & Omit<ComponentProps<"select">, "className">) {
  const id = useId();
  const about = { label, hint, error, className };
  return (
    <Labelled {...about} id={id}>
      <select {...rest} {...describing(about, id)} className={LINE} />
    </Labelled>
  );
}

/** Yes or no, with its label. */
export function Tick({ label, hint, className, ...rest }: About & Omit<ComponentProps<"input">, "className" | "type">) {
  const id = useId();
  return (
    <div className={clsx("flex items-start gap-2", className)}>
      <input {...rest} id={id} type="checkbox" className="mt-1 size-4 accent-(--accent)" aria-describedby={hint ? `${id}-hint` : undefined} />
      <div>
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {hint !== undefined && (
          <p id={`${id}-hint`} className="text-xs text-soft">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
