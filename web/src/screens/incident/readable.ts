/** Text of the platform's, for people. Pure. */
import { short } from "~/ui/time";

const TIMES = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g;
const PEOPLE = /\busr-[A-Za-z0-9]+/g;

/** With its times in the viewer's zone, and people by their names. */
export function readable(text: string, who: (id: string) => string): string {
  return text.replace(TIMES, short).replace(PEOPLE, who);
}
