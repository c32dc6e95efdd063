/** An id that a company could have by its name: `Müller & Söhne` → `comp-muller-sohne`. */
export function suggested(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return words === "" ? "" : `comp-${words}`.slice(0, 64).replace(/-+$/, "");
}
