interface Props {
  values: readonly (number | null)[];
  /** What it shows and what it comes to, for those who hear it. */
  label: string;
  className?: string;
}

const [WIDTH, HEIGHT] = [96, 24];

/** A row of numbers as a line, with no axes: where it goes, not how much it is. Gaps are gaps. */
export function Sparkline({ values, label, className }: Props) {
  const most = Math.max(...values.map((value) => value ?? 0), 1e-9);
  const x = (place: number) => ((place / Math.max(values.length - 1, 1)) * WIDTH).toFixed(1);
  const y = (value: number) => (HEIGHT - 2 - (value / most) * (HEIGHT - 4)).toFixed(1);
  let pen = "M";
  const path = values
    .map((value, place) => {
      if (value === null) {
        pen = "M";
        return "";
      }
      const step = `${pen}${x(place)} ${y(value)}`;
      pen = "L";
      return step;
    })
    .join("");
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} className={`h-6 w-24 ${className ?? ""}`}>
      <path d={path} fill="none" stroke="var(--accent)" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  );
}
