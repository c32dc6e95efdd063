import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

/**
 * Where somebody has gone to another screen, its content has the focus: the next Tab leads into it, and a screen reader
 * reads it. A screen that has chosen a place of its own keeps it.
 */
export function useFocusOnArrival(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
        const content = document.getElementById("content");
        if (fromLocation === undefined || !pathChanged || content === null) return;
        if (!content.contains(document.activeElement)) content.focus({ preventScroll: true });
      }),
    [router],
  );
}
