import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useConnection } from "~/live/useLive";
import { session } from "~/session/session";
import { usePerson } from "~/session/useSession";
import { Button, Key } from "~/ui/Button";
import { Menu } from "~/ui/Menu";
import { useChooseScope, useCompanies, useScope } from "./scope";
import { type Theme, chooseTheme, chosenTheme } from "./theme";

interface Props {
  onMenu: () => void;
  menuOpen: boolean;
  onHelp: () => void;
}

export function TopBar({ onMenu, menuOpen, onHelp }: Props) {
  return (
    <header className="relative z-20 col-span-full flex h-11 items-center gap-2 border-b border-line bg-surface px-2 sm:px-3">
      <Button kind="quiet" className="md:hidden" onClick={onMenu} aria-expanded={menuOpen} aria-label="Places">
        ☰
      </Button>
      <span className="hidden font-semibold sm:inline md:w-[9.5rem]">Alert Whisperer</span>
      <CompanyChoice />
      <span className="flex-1" />
      <Connected />
      <Button kind="quiet" className="max-sm:hidden" onClick={onHelp}>
        Help <Key>?</Key>
      </Button>
      <Self onHelp={onHelp} />
    </header>
  );
}

function CompanyChoice() {
  const companies = useCompanies();
  const scope = useScope();
  const choose = useChooseScope();
  if (companies.length === 1) return <span className="truncate font-medium">{companies[0]?.name}</span>;
  return (
    <select
      aria-label="Company"
      value={scope ?? ""}
      onChange={({ target }) => choose(target.value === "" ? null : target.value)}
      className="max-w-[45vw] min-w-0 rounded-md border border-line bg-surface px-2 py-1 font-medium sm:max-w-64"
    >
      <option value="">All companies</option>
      {companies.map(({ company_id, name }) => (
        <option key={company_id} value={company_id}>
          {name}
        </option>
      ))}
    </select>
  );
}

const STATES = {
  live: { words: "Live", tone: "bg-good" },
  connecting: { words: "Connecting", tone: "bg-soft" },
  lost: { words: "Not connected", tone: "bg-bad" },
} as const;

/** Whether what is shown is what is. */
function Connected() {
  const connection = useConnection();
  const { words, tone } = STATES[connection];
  return (
    <span role="status" className="inline-flex items-center gap-1.5 text-soft">
      <span aria-hidden className={`size-2 shrink-0 rounded-full ${tone}`} />
      <span className={connection === "lost" ? "font-medium text-bad" : "sr-only sm:not-sr-only"}>{words}</span>
    </span>
  );
}

const NEXT: Record<Theme, Theme> = { system: "dark", dark: "light", light: "system" };

function Self({ onHelp }: { onHelp: () => void }) {
  const person = usePerson();
  const navigate = useNavigate();
  const [theme, setTheme] = useState(chosenTheme);
  const turn = () => {
    chooseTheme(NEXT[theme]);
    setTheme(NEXT[theme]);
  };
  return (
    <Menu
      trigger={
        <Button kind="quiet" className="max-w-40" title={person.email}>
          <span className="truncate">{person.name || person.email}</span>
        </Button>
      }
      items={[
        { name: "Your account", act: () => void navigate({ to: "/account" }) },
        { name: `Theme: ${theme}`, act: turn },
        { name: "Keys and help", act: onHelp },
        { name: "Log out", act: () => void session.logOut() },
      ]}
    />
  );
}
