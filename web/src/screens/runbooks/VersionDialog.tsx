import { type ReactNode, useState } from "react";
import { api } from "~/api/client";
import { Dialog } from "~/ui/Dialog";
import { Choice } from "~/ui/Field";
import { Answer } from "~/ui/States";
import { type DiffLine, asText, difference } from "./compared";

interface Props {
  companyId: string;
  runbookId: string;
  /** The newest first. */
  versions: number[];
  first: number;
  onClose: () => void;
}

/** One version word for word, or what has changed in it since another. */
export function VersionDialog({ companyId, runbookId, versions, first, onClose }: Props) {
  const [version, setVersion] = useState(first);
  const [other, setOther] = useState(() => versions[versions.indexOf(first) + 1] ?? null);
  const shown = useVersion(companyId, runbookId, version);
  const before = useVersion(companyId, runbookId, other ?? version);
  const isCompared = other !== null && other !== version;
  return (
    <Dialog open wide onClose={onClose} title={isCompared ? `From version ${other} to ${version}` : `Version ${version}`}>
      <div className="mb-3 flex flex-wrap gap-3">
        <Choice label="Version" className="w-40" value={version} onChange={({ target }) => setVersion(Number(target.value))}>
          {versions.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Choice>
        <Choice label="Compared with" className="w-40" value={other ?? ""} onChange={({ target }) => setOther(target.value === "" ? null : Number(target.value))}>
          <option value="">nothing</option>
          {versions.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Choice>
      </div>
      <Answer of={shown}>
        {(shown) =>
          isCompared ? (
            <Answer of={before}>{(before) => <Changes of={difference(asText(before), asText(shown))} />}</Answer>
          ) : (
            <Block name="The whole version">{asText(shown)}</Block>
          )
        }
      </Answer>
    </Dialog>
  );
}

function useVersion(companyId: string, runbookId: string, version: number) {
  const params = { path: { runbook_id: runbookId }, query: { company_id: companyId, version } };
  return api.useQuery("get", "/api/runbooks/{runbook_id}", { params });
}

const LINES = { "+": "text-good", "-": "text-bad", " ": "text-soft" };

function Changes({ of }: { of: DiffLine[] }) {
  if (of.every(({ sign }) => sign === " ")) return <p className="text-soft">Nothing has changed.</p>;
  return (
    <Block name="What has changed">
      {of.map(({ sign, text }, place) => (
        <span key={place} className={`block ${LINES[sign]}`}>
          {sign} {text}
        </span>
      ))}
    </Block>
  );
}

function Block({ name, children }: { name: string; children: ReactNode }) {
  return (
    <pre tabIndex={0} aria-label={name} className="overflow-x-auto rounded-md bg-raised p-2">
      {children}
    </pre>
  );
}
