/** What the browser's tab is called. */
import { createContext, useEffect } from "react";
import { shown } from "./shown";

/** Whether what is shown is within a screen, which names the tab. */
export const InPage = createContext(false);

/** Names the tab, where a name is given. */
export function useTab(title: string | null): void {
  useEffect(() => {
    if (title !== null) document.title = `${shown(title)} · Alert Whisperer`;
  }, [title]);
}
