import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { type Asked, readAsked } from "./asked";

/** How long after the last change it is written into the address, in milliseconds. */
const PAUSE = 300;

/** What is asked of the list: kept in the address, so that it is there after Back, and can be given to others. */
export function useAsked(): [Asked, (asked: Asked) => void] {
  const navigate = useNavigate();
  const told = JSON.stringify(readAsked(useSearch({ strict: false })));
  const [asked, setAsked] = useState<Asked>(() => JSON.parse(told) as Asked);
  const written = useRef(told);
  // The address may say something else: a link to the same screen.
  useEffect(() => {
    if (told === written.current) return;
    written.current = told;
    setAsked(JSON.parse(told) as Asked);
  }, [told]);
  useEffect(() => {
    const wanted = JSON.stringify(asked);
    if (wanted === written.current) return;
    const write = () => {
      written.current = wanted;
      void navigate({ to: "/", search: ({ company }) => ({ ...(company === undefined ? {} : { company }), ...asked }), replace: true });
    };
    const timer = setTimeout(write, PAUSE);
    return () => clearTimeout(timer);
  }, [asked, navigate]);
  return [asked, (asked) => setAsked(readAsked({ ...asked }))];
}
