import { useState } from "react";
import { Key } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Tick } from "~/ui/Field";
import { PLACES } from "./places";
import { areOn, setShortcuts } from "./useShortcuts";

const KEYS: [keys: string[], what: string][] = [
  [["j", "k"], "next, previous incident"],
  [["Enter"], "open it"],
  [["a"], "acknowledge"],
  [["e"], "escalate"],
  [["s"], "snooze"],
  [["."], "put what is new where it belongs"],
  [["/"], "search"],
  [["?"], "this help"],
];

export function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [on, setOn] = useState(areOn);
  return (
    <Dialog open={open} onClose={onClose} title="Keys">
      <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1.5">
        {KEYS.map(([keys, what]) => (
          <div key={what} className="contents">
            <dt className="flex gap-1">
              {keys.map((key) => (
                <Key key={key}>{key}</Key>
              ))}
              <span className="sr-only">{keys.join(", ")}</span>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
        {PLACES.map(({ key, name }) => (
          <div key={name} className="contents">
            <dt className="flex gap-1">
              <Key>g</Key>
              <Key>{key}</Key>
              <span className="sr-only">{`g, then ${key}`}</span>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
      <Tick
        className="mt-4"
        label="Single keys are on"
        checked={on}
        onChange={({ target }) => {
          setShortcuts(target.checked);
          setOn(target.checked);
        }}
      />
      <p className="mt-3">
        <a className="text" href="/api/docs/">
          The interface, for programs
        </a>
      </p>
    </Dialog>
  );
}
