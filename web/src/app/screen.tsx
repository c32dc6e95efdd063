import { type ComponentType, useEffect, useState } from "react";
import { Failure, Loading } from "~/ui/States";

const loaders: (() => Promise<unknown>)[] = [];

/** A screen that is loaded when it is first wanted. Where it cannot be, it says so, and the page around it stays. */
export function screen<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  let Loaded: ComponentType | undefined;
  const loaded = async () => {
    Loaded ??= (await load())[name];
  };
  loaders.push(loaded);

  function Screen() {
    const [failed, setFailed] = useState(false);
    const [, setHere] = useState(Loaded !== undefined);
    const ask = () => {
      setFailed(false);
      loaded().then(
        () => setHere(true),
        () => setFailed(true),
      );
    };
    useEffect(() => {
      if (Loaded === undefined) ask();
    }, []);
    if (Loaded !== undefined) return <Loaded />;
    return failed ? <Failure error={LOST} again={ask} /> : <Loading />;
  }
  // What fails here is asked for again when it is shown.
  Screen.preload = () => loaded().catch(() => {});
  return Screen;
}

const LOST = {
  detail: "This screen could not be loaded. The server may be away, or may have been renewed: then the page has to be loaded anew.",
};

/** Loads all screens, one after the other, so that they are there when the server is not. */
export async function loadAll(signal: AbortSignal): Promise<void> {
  for (const load of loaders) {
    if (signal.aborted) return;
    await load().catch(() => {});
  }
}
