import { fieldOf, said } from "~/api/client";
import { fieldWords } from "./fieldWords";

/** What a form was answered, by the name of the field where there is one. */
export function Refusal({ error }: { error: unknown }) {
  if (error == null) return null;
  const field = fieldOf(error);
  return (
    <p role="alert" className="min-w-0 basis-full text-bad [overflow-wrap:anywhere]">
      {field === undefined ? said(error) : `${fieldWords(field)}: ${said(error)}`}
    </p>
  );
}
