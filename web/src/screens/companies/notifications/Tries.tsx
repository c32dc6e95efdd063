import type { Schemas } from "~/api/types";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";

/** How often a message was tried, with what came of it. */
export function Tries({ of: { tried, tries, why, next_at } }: { of: Schemas["Delivery"] }) {
  const last = tries.at(-1);
  return (
    <details>
      <summary>
        {tried} {last !== undefined && <Text>{last.answer}</Text>}
      </summary>
      <ul className="mt-1 text-soft">
        {tries.map(({ at, answer }) => (
          <li key={at}>
            <Time at={at} />: <Text>{answer}</Text>
          </li>
        ))}
        {next_at != null && (
          <li>
            next try <Time at={next_at} />
          </li>
        )}
        {why != null && (
          <li>
            given up: <Text>{why}</Text>
          </li>
        )}
      </ul>
    </details>
  );
}
