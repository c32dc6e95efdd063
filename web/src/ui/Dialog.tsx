import * as Radix from "@radix-ui/react-dialog";
import type { ReactNode } from "react";
import { Button } from "./Button";
import { refocus } from "./lastFocus";

const FIELDS = "input:not([type=hidden]),select,textarea";

/** Where there is something to fill in and none has asked for the focus, the first has it; else the question has, so that no answer is given by accident. */
function begin(event: Event): void {
  event.preventDefault();
  const dialog = event.target as HTMLElement;
  (dialog.querySelector<HTMLElement>(FIELDS) ?? dialog).focus();
}

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}

/** A question that has to be answered or put away before anything else. */
export function Dialog({ open, onClose, title, description, children, wide = false }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/45" />
        <Radix.Content
          onOpenAutoFocus={begin}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            refocus();
          }}
          aria-describedby={description === undefined ? undefined : "dialog-description"}
          className={`fixed top-[8vh] left-1/2 z-50 max-h-[84vh] w-[calc(100vw-2rem)] -translate-x-1/2 overflow-y-auto rounded-lg border border-line bg-surface p-4 shadow-xl ${wide ? "max-w-3xl" : "max-w-lg"}`}
        >
          <div className="mb-3 flex items-start justify-between gap-4">
            <Radix.Title>{title}</Radix.Title>
            <Radix.Close asChild>
              <Button kind="quiet" aria-label="Close">
                ✕
              </Button>
            </Radix.Close>
          </div>
          {description !== undefined && (
            <div id="dialog-description" className="mb-3 text-soft">
              {description}
            </div>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
