import clsx from "clsx";
import type { ReactNode } from "react";
import { shown } from "./shown";
import { InPage, useTab } from "./tab";

interface Props {
  title: string;
  /** What the tab is called; the title where nothing is said. */
  tab?: string;
  /** What stands at the top where the title alone is not enough. */
  heading?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Whether it takes the window's height and scrolls within. */
  fixed?: boolean;
}

/** A screen: its title, what can be done with all of it, and what is on it. */
export function Page({ title, tab, heading = title, actions, children, fixed = false }: Props) {
  useTab(tab ?? title);
  return (
    <div className={clsx("flex flex-col gap-3 p-3 sm:p-4", fixed && "h-full min-h-0")}>
      <header className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="min-w-0 [overflow-wrap:anywhere]">{heading}</h1>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      <InPage value={true}>{children}</InPage>
    </div>
  );
}

/** A part of a screen with a heading of its own. */
export function Panel({ title, actions, children, className, id }: { title?: ReactNode; actions?: ReactNode; children: ReactNode; className?: string; id?: string }) {
  return (
    <section id={id} className={clsx("min-w-0 rounded-lg border border-line bg-surface", className)}>
      {title !== undefined && (
        <header className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-3 py-2">
          <h2>{title}</h2>
          {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className="p-3">{children}</div>
    </section>
  );
}

/** Names and what they come to, in two columns. */
export function Facts({ of }: { of: [name: string, value: ReactNode][] }) {
  return (
    <dl className="grid grid-cols-[fit-content(40%)_minmax(0,1fr)] gap-x-4 gap-y-1">
      {of.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-soft [overflow-wrap:anywhere]">{shown(name)}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
