import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { board } from "~/board/board";
import { live } from "~/live/live";
import { useFreshQueries } from "~/live/useLive";
import { useCan, usePerson } from "~/session/useSession";
import { Announcer } from "./Announcer";
import { Scoped } from "./Scoped";
import { loadAll } from "./screen";
import { Help } from "./Help";
import { PLACES } from "./places";
import { TopBar } from "./TopBar";
import { useFocusOnArrival } from "./useFocusOnArrival";
import { useShortcuts } from "./useShortcuts";

/** What is around every screen: where one can go, whose it is, and whether it is live. */
export function Shell() {
  const { user_id: userId } = usePerson();
  useEffect(() => {
    const [endLive, endBoard] = [live.start(userId), board.start()];
    return () => {
      endBoard();
      endLive();
    };
  }, [userId]);
  useFreshQueries();
  useAllScreens();
  useFocusOnArrival();
  const [helping, setHelping] = useState(false);
  const [open, setOpen] = useState(false);
  useGoing();
  useShortcuts({ "?": () => setHelping(true) });
  return (
    <div className="grid h-dvh grid-cols-1 grid-rows-[auto_minmax(0,1fr)] md:grid-cols-[11rem_minmax(0,1fr)]">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-surface focus:p-2">
        To the content
      </a>
      <TopBar onMenu={() => setOpen(!open)} menuOpen={open} onHelp={() => setHelping(true)} />
      <Places open={open} onGone={() => setOpen(false)} />
      <main id="content" tabIndex={-1} className="min-h-0 min-w-0 overflow-y-auto outline-none md:col-start-2">
        <Scoped>
          <Outlet />
        </Scoped>
      </main>
      <Announcer />
      <Help open={helping} onClose={() => setHelping(false)} />
    </div>
  );
}

function Places({ open, onGone }: { open: boolean; onGone: () => void }) {
  const can = useCan();
  return (
    <nav
      aria-label="Places"
      className={`${open ? "block" : "hidden"} absolute inset-x-0 top-11 z-30 border-b border-line bg-surface p-2 shadow-lg md:static md:block md:border-r md:border-b-0 md:shadow-none`}
    >
      <ul className="flex flex-col gap-0.5">
        {PLACES.filter((place) => can(place.needs)).map(({ to, name }) => (
          <li key={to}>
            <Link
              to={to}
              onClick={onGone}
              activeOptions={{ exact: to === "/", includeSearch: false }}
              className="block rounded-md px-2.5 py-1.5 font-medium text-soft hover:bg-raised hover:text-ink"
              activeProps={{ className: "bg-accent-wash !text-accent", "aria-current": "page" }}
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** How long after the first screen the others are fetched, in milliseconds. */
const LATER = 3000;

function useAllScreens(): void {
  useEffect(() => {
    const ended = new AbortController();
    const timer = setTimeout(() => void loadAll(ended.signal), LATER);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, []);
}

/** How long after `g` the place's letter is waited for, in milliseconds. */
const PATIENCE = 1200;

/** `g` and a letter go to a place. */
function useGoing(): void {
  const navigate = useNavigate();
  const since = useRef(0);
  const to = (place: (typeof PLACES)[number]) => () => {
    if (performance.now() - since.current < PATIENCE) void navigate({ to: place.to });
    since.current = 0;
  };
  const places = Object.fromEntries(PLACES.map((place) => [place.key, to(place)]));
  useShortcuts({ g: () => (since.current = performance.now()) });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (since.current === 0 || event.ctrlKey || event.altKey || event.metaKey || event.key === "g") return;
      const go = places[event.key];
      if (go === undefined || performance.now() - since.current >= PATIENCE) return;
      // Before whatever the letter means on the screen that is left.
      event.stopImmediatePropagation();
      event.preventDefault();
      go();
    };
    addEventListener("keydown", press, { capture: true });
    return () => removeEventListener("keydown", press, { capture: true });
  });
}
