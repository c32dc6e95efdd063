import { useEffect, useRef, useState } from "react";
import { board } from "~/board/board";
import { grave, sentence } from "./grave";
import { useCompanyName, useScope } from "./scope";

/** How often it is looked, in milliseconds: by then it is known of what is new whether anything keeps it quiet. */
const PACE = 2000;

/** Says what becomes critical to whoever does not see the screen (ARIA live regions): one sentence at a time. */
export function Announcer() {
  const scope = useScope();
  const nameOf = useCompanyName();
  const [said, setSaid] = useState({ no: 0, words: "" });
  const latest = useRef({ scope, nameOf });
  useEffect(() => {
    latest.current = { scope, nameOf };
  });
  useEffect(() => {
    let known: Set<string> | null = null;
    const look = () => {
      const { lines, filled } = board.get();
      if (!filled) return;
      const { scope, nameOf } = latest.current;
      const now = grave(lines.values(), scope, Date.now());
      const before = known;
      known = new Set(now.keys());
      // What is there at first is on the screen.
      const words = before && sentence([...now].filter(([id]) => !before.has(id)).map(([, line]) => line), nameOf);
      if (words !== null) setSaid(({ no }) => ({ no: no + 1, words }));
    };
    const timer = setInterval(look, PACE);
    const off = board.subscribe(() => known === null && look());
    look();
    return () => {
      clearInterval(timer);
      off();
    };
  }, [scope]);
  // Each is a paragraph of its own, so that what is said twice is heard twice.
  return (
    <div role="log" aria-live="assertive" className="sr-only">
      <p key={said.no}>{said.words}</p>
    </div>
  );
}
