import { Button } from "~/ui/Button";

interface Props {
  /** What is moved, as it is called. */
  name: string;
  place: number;
  of: number;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

/** What can be done with one of an ordered list. */
export function Moving({ name, place, of, onMove, onRemove }: Props) {
  return (
    <div className="flex gap-1">
      <Button kind="quiet" aria-label={`Earlier: ${name}`} disabled={place === 0} onClick={() => onMove(-1)}>
        ↑
      </Button>
      <Button kind="quiet" aria-label={`Later: ${name}`} disabled={place === of - 1} onClick={() => onMove(1)}>
        ↓
      </Button>
      <Button kind="quiet" aria-label={`Remove ${name}`} onClick={onRemove}>
        Remove
      </Button>
    </div>
  );
}
