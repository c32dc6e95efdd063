import { SEVERITIES, type Schemas, type Severity } from "~/api/types";
import { Panel } from "~/ui/Page";
import { SeverityMark } from "~/ui/Severity";
import { Fields, NumberField } from "../kit/fields";
import { wrong } from "../kit/wrong";

type Settings = Schemas["Notifications"];

interface Props {
  value: Settings;
  error: unknown;
  onChange: (part: Partial<Settings>) => void;
}

/** How soon somebody has to take an incident up, and end it. */
export function ServiceLevels({ value, error, onChange }: Props) {
  const at = wrong(error);
  const levels = value.service_levels ?? {};
  const set = (severity: Severity, part: Schemas["ServiceLevel"]) => {
    const level = { ...levels[severity], ...part };
    const { [severity]: _, ...others } = levels;
    const isNone = level.response_minutes === undefined && level.resolution_minutes === undefined;
    onChange({ service_levels: isNone ? others : { ...others, [severity]: level } });
  };
  return (
    <Panel title="Service levels">
      <div className="flex flex-col gap-3">
        {SEVERITIES.map((severity) => (
          <div key={severity} className="grid items-start gap-x-3 gap-y-1 sm:grid-cols-[6rem_minmax(0,1fr)]">
            <div className="sm:pt-6">
              <SeverityMark severity={severity} />
            </div>
            <Fields>
              <NumberField
                label={<>Taken up within, in minutes<span className="sr-only">, {severity}</span></>}
                placeholder="no promise"
                value={levels[severity]?.response_minutes}
                error={at(`service_levels.${severity}.response_minutes`) ?? at(`service_levels.${severity}`)}
                onChange={(response_minutes) => set(severity, { response_minutes })}
              />
              <NumberField
                label={<>Over within, in minutes<span className="sr-only">, {severity}</span></>}
                placeholder="no promise"
                value={levels[severity]?.resolution_minutes}
                error={at(`service_levels.${severity}.resolution_minutes`)}
                onChange={(resolution_minutes) => set(severity, { resolution_minutes })}
              />
            </Fields>
          </div>
        ))}
        <NumberField
          label="Warning, in percent of the time"
          className="max-w-72"
          hint="When so much of it has passed: 1 to 99."
          value={value.warn_percent}
          error={at("warn_percent")}
          onChange={(warn_percent) => onChange({ warn_percent })}
        />
      </div>
    </Panel>
  );
}
