import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useRef } from "react";
import { useCompanyName } from "~/app/scope";
import { Button } from "~/ui/Button";
import { Page } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { download } from "~/ui/download";
import { shown } from "~/ui/shown";
import { askForReport } from "./ask";
import { fileOf } from "./file";
import { type Month, monthBeside, monthNamed, monthOf } from "./month";
import "./print.css";
import { Sheet } from "./Sheet";
import "./sheet.css";
import style from "./sheet.css?inline";

/** What a company's month came to, to be sent to it. */
export function Report() {
  const { companyId, month: named } = useParams({ from: "/report/$companyId/$month" });
  const month = monthNamed(named, Date.now());
  if (month !== null) return <OfMonth key={`${companyId} ${named}`} companyId={companyId} month={month} />;
  return (
    <Page title="Report">
      <Empty title="There is no report of such a month">
        A month is named as in{" "}
        <Link className="text" to="/report/$companyId/$month" params={{ companyId, month: monthOf(Date.now()) }}>
          {monthOf(Date.now())}
        </Link>
        , and has begun.
      </Empty>
    </Page>
  );
}

function OfMonth({ companyId, month }: { companyId: string; month: Month }) {
  const company = useCompanyName()(companyId);
  const sheet = useRef<HTMLElement>(null);
  const report = useQuery({
    queryKey: ["report", companyId, company, month.name],
    queryFn: () => askForReport(companyId, company, month),
    staleTime: Infinity,
  });
  const title = `${company}, ${month.title}`;
  const save = () => {
    if (sheet.current === null) return;
    download(new Blob([fileOf(title, style, sheet.current.outerHTML)], { type: "text/html" }), `report-${companyId}-${month.name}.html`);
  };
  const after = monthNamed(monthBeside(month.name, 1), Date.now());
  return (
    <Page
      title={`Report: ${shown(title)}`}
      heading={<span className="report-acts">Report</span>}
      actions={
        <div className="report-acts flex flex-wrap items-center gap-2">
          <Beside companyId={companyId} month={monthBeside(month.name, -1)} words="← Month before" />
          {after !== null && <Beside companyId={companyId} month={after.name} words="Month after →" />}
          <Button busy={report.isFetching} onClick={() => void report.refetch()}>
            Make anew
          </Button>
          <Button disabled={report.data === undefined} onClick={save}>
            Download as HTML
          </Button>
          <Button kind="primary" disabled={report.data === undefined} onClick={() => print()}>
            Print or save as PDF
          </Button>
        </div>
      }
    >
      <Answer of={report}>{(model) => <Sheet model={model} ref={sheet} />}</Answer>
    </Page>
  );
}

function Beside({ companyId, month, words }: { companyId: string; month: string; words: string }) {
  return (
    <Link className="text" to="/report/$companyId/$month" params={{ companyId, month }}>
      {words}
    </Link>
  );
}
