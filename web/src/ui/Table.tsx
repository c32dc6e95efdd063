import type { ReactNode } from "react";

export interface Column<T> {
  name: string;
  cell: (item: T) => ReactNode;
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

/** A table that scrolls sideways within itself where the screen is too narrow. */
export function Table<T>({ caption, columns, items, keyOf }: Props<T>) {
  return (
    <div className="relative overflow-x-auto" tabIndex={0} role="region" aria-label={caption}>
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-xs text-soft">
            {columns.map(({ name, right }) => (
              <th key={name} scope="col" className={`px-2 py-1.5 font-medium whitespace-nowrap ${right ? "text-right" : ""}`}>
                {name === "" ? <span className="sr-only">What can be done</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
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
    </div>
  );
}
