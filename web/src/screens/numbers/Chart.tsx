import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "~/app/useTheme";

export interface Line {
  name: string;
  values: (number | null)[];
  /** A line of less weight: thin and dashed. */
  faint?: boolean;
}

export interface ChartProps {
  /** The beginnings of the steps. */
  at: string[];
  lines: Line[];
  /** The top of the scale; the greatest value where nothing is said. */
  most?: number;
  /** Which step is pointed at. */
  onPoint: (place: number | null) => void;
}

export const HEIGHT = 140;
/** With no more steps than these, each has a dot of its own; with more, only those that no line reaches. */
const DOTS = 100;
const FONT = "11px system-ui, sans-serif";

/** Lines over time, drawn in the colours of the theme. What they say stands in a table as well: to readers it is not there. */
export default function Chart({ at, lines, most, onPoint }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const point = useRef(onPoint);
  useEffect(() => {
    point.current = onPoint;
  });
  useEffect(() => {
    const parent = box.current;
    if (parent === null) return;
    const tell = ({ cursor }: uPlot) => point.current(cursor.idx ?? null);
    const data = [at.map((time) => Date.parse(time) / 1000), ...lines.map(({ values }) => values)] as uPlot.AlignedData;
    const plot = new uPlot(options(parent.clientWidth, lines, most, tell), data, parent);
    const sized = new ResizeObserver(() => plot.setSize({ width: parent.clientWidth, height: HEIGHT }));
    sized.observe(parent);
    return () => {
      sized.disconnect();
      plot.destroy();
    };
  }, [at, lines, most, theme]);
  return <div ref={box} aria-hidden className="min-w-0 overflow-hidden" style={{ height: HEIGHT }} />;
}

function options(width: number, lines: Line[], most: number | undefined, tell: (plot: uPlot) => void): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--soft"), font: FONT, grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    padding: [8, 16, 0, 0],
    scales: { y: { range: (_plot, _least, greatest) => [0, most ?? (greatest > 0 ? greatest * 1.1 : 1)] } },
    axes: [
      { ...axis, size: 24, space: 70, values: times() },
      { ...axis, size: 42, space: 30 },
    ],
    series: [
      {},
      ...lines.map(({ name, faint, values }) => ({
        label: name,
        stroke: colour(faint ? "--soft" : "--accent"),
        width: faint ? 1 : 1.75,
        ...(faint ? { dash: [4, 3] } : {}),
        points: { show: true, size: 4, fill: colour(faint ? "--soft" : "--accent"), filter: () => dotted(values) },
      })),
    ],
    hooks: { setCursor: [tell] },
  };
}

function dotted(values: Line["values"]): number[] {
  const places = [...values.keys()].filter((place) => values[place] !== null);
  if (values.length <= DOTS) return places;
  return places.filter((place) => values[place - 1] == null && values[place + 1] == null);
}

const DAY = 24 * 3600;

/** Hours of one day as hours, the beginnings of days as days, in the viewer's language. */
function times() {
  const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
  const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return (_plot: uPlot, ticks: number[], _axis: number, _space: number, step: number) =>
    ticks.map((tick) => (step >= DAY ? day : hour).format(tick * 1000));
}
