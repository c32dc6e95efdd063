import { useCan } from "~/session/useSession";
import { Needs } from "~/ui/Needs";
import { Page } from "~/ui/Page";
import { Behind } from "./Behind";
import { Circuits } from "./Circuits";
import { DeadLetters } from "./DeadLetters";
import { Health } from "./Health";
import { Living } from "./Living";
import { RunsSwitch } from "./RunsSwitch";

/** How the platform is: who lives, what waits, what was restarted, what was set aside. */
export function System() {
  const can = useCan();
  return (
    <Needs right="oversee" title="System">
      <Page title="System">
        <div className="grid gap-3 lg:grid-cols-2">
          <Health />
          {can("stop_runs") && <RunsSwitch />}
        </div>
        <Behind />
        <DeadLetters />
        <Circuits />
        <Living />
      </Page>
    </Needs>
  );
}
