import type { ReactNode, Ref } from "react";
import { shown } from "~/ui/shown";
import { minutes, percent } from "~/ui/time";
import { Days } from "./Days";
import type { ApprovalLine, Cut, IncidentLine, Model } from "./model";
import { moment } from "./model";

/**
 * The report as a sheet of paper. It stands for itself: no links, nothing that needs a script, no style but its own, so
 * that it is the same on the screen, on paper and in a file.
 */
export function Sheet({ model, ref }: { model: Model; ref?: Ref<HTMLElement> }) {
  const { company, month, madeAt, figures, counts, days, gravest, healed, approvals, isPartial } = model;
  return (
    <article ref={ref} className="report-sheet" lang="en">
      <header>
        <p className="title">
          <bdi>{shown(company)}</bdi>
        </p>
        <p className="subtitle">Alerts and incidents, {month.title}</p>
        <p className="soft">
          {moment(month.since)} to {moment(month.isRunning ? madeAt : month.until)} UTC{month.isRunning && "; the month is not over"}. Made {moment(madeAt)}.
        </p>
      </header>
      <section>
        <h2>In figures</h2>
        <Lines heads={["Figure", "This month", "The month before", "Change"]} numbers={[1, 2, 3]}>
          {figures.map(({ name, means, now, before, change }) => (
            <tr key={name}>
              <th scope="row">
                {name}
                <small>{means}</small>
              </th>
              <td>{now}</td>
              <td>{before}</td>
              <td className={change?.turn ?? "same"}>{change === null ? "–" : change.words}</td>
            </tr>
          ))}
          {counts.map(({ name, now, before }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{now.toLocaleString("en")}</td>
              <td>{before.toLocaleString("en")}</td>
              <td>{signed(now - before)}</td>
            </tr>
          ))}
        </Lines>
      </section>
      <section>
        <h2>Through the month</h2>
        <Days days={days} />
      </section>
      <section>
        <h2>The gravest incidents, and how they ended</h2>
        <Incidents of={gravest} none="There was no incident." />
      </section>
      <section>
        <h2>What healed by itself</h2>
        <Incidents of={healed} none="No run healed an incident without a person." />
      </section>
      <section>
        <h2>What was approved, and by whom</h2>
        <Approvals of={approvals} />
      </section>
      {isPartial && <p className="soft">There was more than can be looked through: the lists are of the newest. The figures count all.</p>}
      <section className="new-page">
        <h2>Day by day</h2>
        <p className="soft">– is what was not measured, because there was nothing to measure.</p>
        <Lines heads={["Day", "Alerts", "Incidents", "Noise reduction", "MTTA", "MTTR"]} numbers={[1, 2, 3, 4, 5]}>
          {days.map(({ at, counts, noise_reduction_pct, mtta_minutes, mttr_minutes }) => (
            <tr key={at}>
              <th scope="row">{at.slice(0, 10)}</th>
              <td>{counts.alerts.toLocaleString("en")}</td>
              <td>{counts.incidents.toLocaleString("en")}</td>
              <td>{percent(noise_reduction_pct)}</td>
              <td>{minutes(mtta_minutes)}</td>
              <td>{minutes(mttr_minutes)}</td>
            </tr>
          ))}
        </Lines>
      </section>
    </article>
  );
}

function signed(by: number): string {
  return by === 0 ? "as before" : `${by > 0 ? "+" : "−"}${Math.abs(by).toLocaleString("en")}`;
}

/** A table; the columns of numbers stand to the right. */
function Lines({ heads, numbers, children }: { heads: string[]; numbers: number[]; children: ReactNode }) {
  return (
    <div className="lines" tabIndex={0} role="region" aria-label={heads.join(", ")}>
      <table className={numbers.map((place) => `n${place}`).join(" ")}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function Rest({ of }: { of: Cut<unknown> }) {
  const rest = of.total - of.items.length;
  return rest > 0 ? <p className="soft">And {rest.toLocaleString("en")} more.</p> : null;
}

function Incidents({ of, none }: { of: Cut<IncidentLine>; none: string }) {
  if (of.total === 0) return <p className="soft">{none}</p>;
  return (
    <>
      <Lines heads={["Severity", "Incident", "Opened", "Alerts", "How it ended"]} numbers={[3]}>
        {of.items.map(({ id, severity, what, opened, alerts, end }) => (
          <tr key={id}>
            <td className={severity}>{severity}</td>
            <td>
              <bdi>{shown(what)}</bdi>
            </td>
            <td className="whole">{opened}</td>
            <td>{alerts.toLocaleString("en")}</td>
            <td>
              <bdi>{shown(end)}</bdi>
            </td>
          </tr>
        ))}
      </Lines>
      <Rest of={of} />
    </>
  );
}

function Approvals({ of }: { of: Cut<ApprovalLine> }) {
  if (of.total === 0) return <p className="soft">Nothing had to be approved.</p>;
  return (
    <>
      <Lines heads={["Asked", "For", "Risk", "Answer", "By"]} numbers={[]}>
        {of.items.map(({ id, asked, what, risk, answer, by }) => (
          <tr key={id}>
            <td className="whole">{asked}</td>
            <td>
              <bdi>{shown(what)}</bdi>
            </td>
            <td>{risk}</td>
            <td>{answer}</td>
            <td>
              <bdi>{shown(by)}</bdi>
            </td>
          </tr>
        ))}
      </Lines>
      <Rest of={of} />
    </>
  );
}
