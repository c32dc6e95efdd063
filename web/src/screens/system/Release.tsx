import { useQueryClient } from "@tanstack/react-query";
import { api } from "~/api/client";
import { useCan } from "~/session/useSession";
import { Button } from "~/ui/Button";
import { note, noteFailure } from "~/ui/toast";

/** Lets a company's actors be started again, which were left alone after too many failures. */
export function Release({ companyId }: { companyId: string }) {
  const can = useCan();
  const queries = useQueryClient();
  const release = api.useMutation("post", "/api/system/companies/{company_id}/release");
  if (!can("release")) return null;
  const go = () =>
    release.mutate(
      { params: { path: { company_id: companyId } } },
      {
        onSuccess: ({ message }) => {
          note(message);
          void queries.invalidateQueries({ queryKey: ["get", "/api/system/actors"] });
        },
        onError: noteFailure,
      },
    );
  return (
    <Button busy={release.isPending} onClick={go}>
      Release
    </Button>
  );
}
