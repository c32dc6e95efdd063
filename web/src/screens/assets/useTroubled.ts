import { useState } from "react";
import type { Asset } from "./joined";
import type { Trouble } from "./trouble";

interface Troubled {
  /** Assets with trouble that are drawn: those of when it was last asked for, so that nothing jumps. */
  names: ReadonlySet<string>;
  /** How many have come since. */
  more: number;
  /** Draws those too, and no more those that are well again. */
  renew: () => void;
}

/** Which assets are drawn because of trouble. */
export function useTroubled(tied: readonly Asset[], trouble: Map<string, Trouble>): Troubled {
  const now = () => new Set(tied.map(({ name }) => name).filter((name) => trouble.has(name)));
  const [names, setNames] = useState<ReadonlySet<string>>(now);
  const current = now();
  if (names.size === 0 && current.size > 0) setNames(current);
  return { names, more: [...current].filter((name) => !names.has(name)).length, renew: () => setNames(now()) };
}
