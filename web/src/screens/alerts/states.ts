/** Where an alert may be, in words. */
import type { Schemas } from "~/api/types";
import type { Tone } from "~/ui/Badge";

type State = Schemas["AlertState"];

export const STATES: Record<State, { name: string; tone: Tone; means: string }> = {
  received: { name: "received", tone: "accent", means: "It is kept, and not looked at yet." },
  held: { name: "held", tone: "warn", means: "It waits for others like it: its rule wants more than one before an incident opens." },
  placed: { name: "placed", tone: "good", means: "It is in an incident." },
  suppressed: { name: "suppressed", tone: "plain", means: "Something that was said before makes it no news." },
  unmatched: { name: "unmatched", tone: "plain", means: "It belongs to no incident: it was the end of nothing, or too few were like it in time." },
  dead_letter: { name: "dead letter", tone: "bad", means: "It could not be placed, and was set aside. System lets it try again." },
};

/** What each layer that places alerts goes by. */
export const LAYERS: Record<string, string> = {
  identity: "it is the same trouble again",
  reopened: "its incident had ended shortly before",
  grouping: "it came close to others like it",
  topology: "something that it depends on is in trouble",
  opened: "no open incident was like it",
  held: "too few like it have come yet",
  recovery: "it says that trouble is over",
  unmatched: "no incident was for it",
  dead_letter: "it could not be placed",
};
