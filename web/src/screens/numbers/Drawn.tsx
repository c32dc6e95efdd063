import { Suspense, lazy, useMemo, useState } from "react";
import { Button } from "~/ui/Button";
import { Table } from "~/ui/Table";
import { short } from "~/ui/time";
import type { ChartProps } from "./Chart";

/** The library that draws is loaded when something is to be drawn. */
const Chart = lazy(() => import("./Chart"));

interface Props {
  /** What it shows. */
  name: string;
  at: string[];
  lines: ChartProps["lines"];
  most?: number;
  format: (value: number | null) => string;
}

/** A chart, what is under the pointer in words, and all of it as a table for whoever wants that. */
export function Drawn({ name, at, lines, most, format }: Props) {
  const [asTable, setAsTable] = useState(false);
  const [place, setPlace] = useState<number | null>(null);
  const rows = useMemo(() => at.map((_, place) => place).reverse(), [at]);
  const time = place === null ? undefined : at[place];
  return (
    <div className="flex min-w-0 flex-col gap-1">
      {asTable ? (
        <div className="max-h-[9.75rem] overflow-y-auto">
          <Table
            caption={`${name}, step by step`}
            items={rows}
            keyOf={String}
            columns={[
              { name: "From", cell: (place) => <span className="whitespace-nowrap">{short(at[place] ?? "")}</span> },
              ...lines.map((line) => ({ name: line.name, right: true, cell: (place: number) => format(line.values[place] ?? null) })),
            ]}
          />
        </div>
      ) : (
        <Suspense fallback={<div className="h-[140px]" />}>
          <Chart at={at} lines={lines} {...(most === undefined ? {} : { most })} onPoint={setPlace} />
        </Suspense>
      )}
      <div className="flex min-h-7 items-center justify-between gap-2 text-xs text-soft">
        <span className="min-w-0 truncate tabular-nums" aria-hidden>
          {time === undefined || asTable ? (
            lines.length > 1 && lines.map(({ name, faint }) => `${faint ? "┄┄" : "──"} ${name}`).join("   ")
          ) : (
            `${short(time)}: ${lines.map((line) => `${lines.length > 1 ? `${line.name} ` : ""}${format(line.values[place ?? 0] ?? null)}`).join(", ")}`
          )}
        </span>
        <Button kind="quiet" className="text-xs" onClick={() => setAsTable(!asTable)}>
          {asTable ? "as a chart" : "as a table"}
          <span className="sr-only">: {name}</span>
        </Button>
      </div>
    </div>
  );
}
