import { useEffect, useRef } from "react";

/** Whether keys are for what is typed into, or for something that lies above the page. */
function isTaken(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest("[role=dialog],[role=menu]") !== null;
}

/**
 * Single keys, as long as the component is shown. Not where somebody types, nor with Ctrl, Alt or Meta, which are the
 * browser's (WCAG 2.2, 2.1.4: they can be turned off).
 */
export function useShortcuts(keys: Record<string, (event: KeyboardEvent) => void>, on = true): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!on) return;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || isTaken(event.target)) return;
      const act = latest.current[event.key];
      if (act === undefined || !areOn()) return;
      event.preventDefault();
      act(event);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [on]);
}

const KEY = "alert-whisperer-shortcuts";

export function areOn(): boolean {
  return localStorage.getItem(KEY) !== "off";
}

export function setShortcuts(on: boolean): void {
  if (on) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, "off");
}
