import { Suspense, lazy, useId, useMemo, useState } from "react";
import { Button } from "~/ui/Button";
import { Choice, Field } from "~/ui/Field";
import { Panel } from "~/ui/Page";
import { Empty, Loading } from "~/ui/States";
import { fold } from "./fold";
import { type Asset, around, beneath, joined } from "./joined";
import type { Trouble } from "./trouble";
import { useTroubled } from "./useTroubled";

const Topology = lazy(() => import("./Topology"));

/** Up to how many all are shown at first. */
const FEW = 60;
/** How many boxes are drawn at once, at most: nobody reads more. */
const MOST = 600;

interface Props {
  assets: Asset[];
  trouble: Map<string, Trouble>;
  /** Around which one is looked; all or what is in trouble where nothing is said. */
  centre: string;
  onCentre: (name: string) => void;
  onOpen: (name: string) => void;
  mayEdit: boolean;
}

/** What depends on what: all of it, what is in trouble, or what is around one asset. */
export function Picture({ assets, trouble, centre, onCentre, onOpen, mayEdit }: Props) {
  const tied = useMemo(() => joined(assets), [assets]);
  const [chosen, setChosen] = useState<"all" | "trouble" | null>(null);
  const part = chosen ?? (tied.length > FEW ? "trouble" : "all");
  const isKnown = tied.some(({ name }) => name === centre);
  const troubled = useTroubled(tied, trouble);
  const shown = useMemo(() => {
    if (isKnown) return around(tied, centre);
    return part === "trouble" ? beneath(tied, troubled.names) : tied;
  }, [tied, isKnown, centre, part, troubled.names]);
  const id = useId();
  if (tied.length === 0) {
    return (
      <Panel title="What depends on what">
        <Empty title="No asset depends on another yet">
          {mayEdit ? "Change one in the table, and name what it depends on." : "Somebody who administers the company can name what each depends on."}
        </Empty>
      </Panel>
    );
  }
  return (
    <Panel
      title="What depends on what"
      actions={
        !isKnown &&
        part === "trouble" && (
          <Button disabled={troubled.more === 0} kind={troubled.more === 0 ? "plain" : "primary"} onClick={troubled.renew}>
            <span className="tabular-nums">{troubled.more} new</span> · show
          </Button>
        )
      }
    >
      <search className="mb-3 flex flex-wrap items-start gap-3">
        <Choice
          label="Show"
          className="w-56 max-w-full"
          value={isKnown ? "" : part}
          onChange={({ target }) => {
            onCentre("");
            setChosen(target.value as "all" | "trouble");
          }}
        >
          {isKnown && <option value="">around one asset</option>}
          <option value="all">{`all ${tied.length}`}</option>
          <option value="trouble">trouble and its grounds</option>
        </Choice>
        <Field
          label="Around"
          className="w-56 max-w-full"
          type="search"
          placeholder="an asset's name"
          list={id}
          value={centre}
          error={centre === "" || isKnown || tied.some(({ name }) => name.startsWith(centre)) ? undefined : "No asset that is tied to another is called so."}
          onChange={({ target }) => onCentre(target.value)}
        />
        <datalist id={id}>
          {tied.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </search>
      <Part shown={shown} key={isKnown ? centre : part} centre={isKnown ? centre : null} trouble={trouble} onOpen={onOpen} />
      <Alone count={assets.length - tied.length} />
    </Panel>
  );
}

function Part({ shown, centre, trouble, onOpen }: { shown: Asset[]; centre: string | null; trouble: Map<string, Trouble>; onOpen: (name: string) => void }) {
  if (shown.length === 0) return <Empty title="Nothing is open on any of them">Show all, or what is around one.</Empty>;
  if (fold(shown, new Set()).assets.length > MOST) return <Empty title={`${shown.length.toLocaleString()} are too many for a picture`}>Name one above to see what is around it; the table has them all.</Empty>;
  return (
    <Suspense fallback={<Loading />}>
      <Topology assets={shown} centre={centre} trouble={trouble} onOpen={onOpen} />
    </Suspense>
  );
}

function Alone({ count }: { count: number }) {
  if (count === 0) return null;
  return <p className="mt-2 text-xs text-soft">{count === 1 ? "One stands alone, and is only in the table." : `${count.toLocaleString()} stand alone, and are only in the table.`}</p>;
}
