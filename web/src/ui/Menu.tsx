import * as Radix from "@radix-ui/react-dropdown-menu";
import { type ReactNode, useRef } from "react";
import { comeBackTo } from "./lastFocus";

export interface Item {
  name: string;
  act: () => void;
  disabled?: boolean;
}

/** Acts behind one button. */
export function Menu({ trigger, items }: { trigger: ReactNode; items: Item[] }) {
  const opener = useRef<HTMLButtonElement>(null);
  return (
    <Radix.Root modal={false} onOpenChange={(open) => open && comeBackTo(opener.current)}>
      <Radix.Trigger ref={opener} asChild>
        {trigger}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align="end"
          sideOffset={4}
          className="z-50 min-w-40 rounded-md border border-line bg-surface p-1 shadow-lg"
        >
          {items.map(({ name, act, disabled }) => (
            <Radix.Item
              key={name}
              disabled={disabled}
              onSelect={act}
              className="cursor-pointer rounded px-2 py-1 outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-raised"
            >
              {name}
            </Radix.Item>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
