import type { Step } from "~/screens/numbers/figures";
import { bars } from "./bars";

/** The month's days as bars: alerts pale and wide, incidents dark and narrow. It needs no script, so that it can be sent. */
export function Days({ days }: { days: Step[] }) {
  const { width, height, columns, most } = bars(days);
  return (
    <figure>
      <svg viewBox={`0 0 ${width} ${height + 16}`} role="img" aria-label="Alerts and incidents of each day; the same is in the table day by day">
        <line x1="0" x2={width} y1={height} y2={height} className="axis" />
        <line x1="0" x2={width} y1="0.5" y2="0.5" className="grid" />
        <text x="0" y="11" className="label">
          {most.toLocaleString("en")}
        </text>
        {columns.map(({ day, x, alerts, incidents, step }) => (
          <g key={day}>
            <rect x={x + step * 0.12} width={step * 0.76} y={height - alerts} height={alerts} className="alerts" />
            <rect x={x + step * 0.34} width={step * 0.32} y={height - incidents} height={incidents} className="incidents" />
            <text x={x + step / 2} y={height + 12} textAnchor="middle" className="label">
              {day}
            </text>
          </g>
        ))}
      </svg>
      <figcaption>
        <i className="key alerts" /> alerts <i className="key incidents" /> incidents, by day (UTC)
      </figcaption>
    </figure>
  );
}
