import { type ReactNode, useContext } from "react";
import { isRefused, said } from "~/api/client";
import { Button } from "./Button";
import { Page } from "./Page";
import { InPage, useTab } from "./tab";

/** Nothing is there yet to be shown. It is told after a moment, so that what is quick does not flicker. */
export function Loading({ what = "Loading" }: { what?: string }) {
  useTab(useContext(InPage) ? null : what);
  return (
    <div role="status" data-loading className="p-6 text-center text-soft opacity-0 [animation:appear_0.2s_0.3s_forwards]">
      {what}…
    </div>
  );
}

/** There is nothing, and what to do about that. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="mx-auto max-w-md p-8 text-center">
      <p className="font-medium">{title}</p>
      {children !== undefined && <div className="mt-1 text-soft">{children}</div>}
    </div>
  );
}

/** Somebody has no right to what would be here. */
export function NoRight({ children }: { children: string }) {
  return (
    <Empty title="You have no right to this">
      <p>{children}</p>
      <p>Somebody who administers people can give you another role.</p>
    </Empty>
  );
}

interface Failed {
  error: unknown;
  again?: () => void;
}

/** It could not be asked for: why, and another try; or there is no right to it. Where no screen is around, it is one. */
export function Failure(failed: Failed) {
  const why = <Why {...failed} />;
  return useContext(InPage) ? why : <Page title="This cannot be shown">{why}</Page>;
}

function Why({ error, again }: Failed) {
  if (isRefused(error)) return <NoRight>{said(error)}</NoRight>;
  return (
    <div role="alert" className="m-3 rounded-md border border-bad bg-bad-wash p-3">
      <p className="[overflow-wrap:anywhere] text-bad">{said(error)}</p>
      {again !== undefined && (
        <Button className="mt-2" onClick={again}>
          Try again
        </Button>
      )}
    </div>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** The states of a question: waiting, failed, or what is made of its answer. Old answers stay while new ones are fetched. */
export function Answer<T>({ of, children }: { of: Asked<T>; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data);
  if (of.error != null) return <Failure error={of.error} again={() => of.refetch()} />;
  return <Loading />;
}
