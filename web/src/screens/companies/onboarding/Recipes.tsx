import * as Tabs from "@radix-ui/react-tabs";
import { useWide } from "~/ui/useWide";
import { Copy } from "~/ui/Copy";
import { Panel } from "~/ui/Page";
import "~/ui/sideways.css";
import { UnsignedKey } from "./UnsignedKey";
import type { Fresh } from "./fresh";
import type { Recipe } from "./recipe";
import { recipes } from "./recipes";

/** What to paste where, for each tool. */
export function Recipes({ companyId, fresh }: { companyId: string; fresh: Fresh }) {
  const wide = useWide("48rem");
  const all = recipes({
    origin: location.origin,
    companyId,
    key: fresh.key ?? "API_KEY",
    secret: fresh.secret ?? "WEBHOOK_SECRET",
    unsignedKey: fresh.unsignedKey ?? "UNSIGNED_API_KEY",
  });
  return (
    <Panel title="What to paste where">
      <Tabs.Root defaultValue="curl" orientation={wide ? "vertical" : "horizontal"} className="flex min-w-0 flex-col gap-3 md:flex-row">
        <Tabs.List aria-label="Tools" className="sideways flex shrink-0 gap-0.5 md:w-60 md:flex-col">
          {all.map(({ id, name }) => (
            <Tabs.Trigger
              key={id}
              value={id}
              className="rounded-md px-2 py-1 text-left font-medium whitespace-nowrap text-soft hover:bg-raised data-[state=active]:bg-accent-wash data-[state=active]:text-accent"
            >
              {name}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {all.map((recipe) => (
          <Tabs.Content key={recipe.id} value={recipe.id} className="min-w-0 flex-1">
            <Steps recipe={recipe} companyId={companyId} fresh={fresh} />
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Panel>
  );
}

function Steps({ recipe, companyId, fresh }: { recipe: Recipe; companyId: string; fresh: Fresh }) {
  return (
    <div className="flex flex-col gap-3">
      {recipe.signs ? (
        fresh.key === undefined && <p className="text-soft">Put a key of the company where API_KEY stands, and its webhook secret where WEBHOOK_SECRET does.</p>
      ) : (
        <UnsignedKey companyId={companyId} tool={recipe.id} has={fresh.unsignedKey !== undefined} />
      )}
      <ol className="flex flex-col gap-3">
        {recipe.steps.map(({ say, copy }, place) => (
          <li key={say} className="flex min-w-0 flex-col gap-1">
            <p>{say}</p>
            {copy !== undefined && <Copy text={copy} label={`step ${place + 1} of ${recipe.name}`} />}
          </li>
        ))}
      </ol>
    </div>
  );
}
