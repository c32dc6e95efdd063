import { type ReactNode, useMemo, useState } from "react";
import { Sideways } from "./Sideways";
import { type Order, sorted } from "./sorted";

export interface Column<T> {
  name: string;
  cell: (item: T) => ReactNode;
  /** What it is sorted by; it cannot be sorted by where nothing is said. */
  by?: (item: T) => string | number | null | undefined;
  /** Numbers stand to the right. */
  right?: boolean;
}

interface Props<T> {
  /** What the table is of, for those who hear it. */
  caption: string;
  columns: Column<T>[];
  items: readonly T[];
  keyOf: (item: T) => string;
}

const MARKS = { ascending: "↑", descending: "↓", none: "" };

/**
 * A table that scrolls sideways within itself where the screen is too narrow. Heads of what can be sorted by sort it: once
 * from the least, once more from the most.
 */
export function Table<T>({ caption, columns, items, keyOf }: Props<T>) {
  const [{ column, order }, setSorting] = useState<{ column: string; order: Order }>({ column: columns[0]?.name ?? "", order: "ascending" });
  const by = columns.find(({ name }) => name === column)?.by;
  const rows = useMemo(() => (by === undefined ? items : sorted(items, by, order)), [items, by, order]);
  const press = (name: string) => setSorting({ column: name, order: column === name && order === "ascending" ? "descending" : "ascending" });
  return (
    <Sideways label={caption}>
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-xs text-soft">
            {columns.map(({ name, by, right }) => {
              const state = column === name ? order : "none";
              return (
                <th key={name} scope="col" aria-sort={by === undefined ? undefined : state} className={`px-2 py-1.5 font-medium whitespace-nowrap ${right ? "text-right" : ""}`}>
                  {by === undefined ? (
                    name || <span className="sr-only">What can be done</span>
                  ) : (
                    <button type="button" onClick={() => press(name)} className="min-h-7 rounded hover:text-ink">
                      {!right && name}
                      <span aria-hidden className="inline-block w-3 text-center">
                        {MARKS[state]}
                      </span>
                      {right && name}
                    </button>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((item) => (
            <tr key={keyOf(item)} className="border-b border-line last:border-0 hover:bg-raised/50">
              {columns.map(({ name, cell, right }) => (
                <td key={name} className={`max-w-md min-w-20 px-2 py-1.5 align-top ${right ? "text-right tabular-nums" : ""}`}>
                  {cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Sideways>
  );
}
