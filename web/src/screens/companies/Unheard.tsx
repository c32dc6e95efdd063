import { Link } from "@tanstack/react-router";
import { useCan } from "~/session/useSession";
import { Empty } from "~/ui/States";

/** No tool that names itself has sent an alert yet, and what to do about that. */
export function Unheard({ companyId }: { companyId: string }) {
  const can = useCan();
  return (
    <Empty title="No tool has been heard yet">
      {can("administer_company") ? (
        <Link className="text" to="/companies/$companyId/onboarding" params={{ companyId }}>
          Connect its monitoring
        </Link>
      ) : (
        "Its administrators connect its monitoring."
      )}
    </Empty>
  );
}
