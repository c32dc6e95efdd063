// Writes the client's types from the server's own document: alert-whisperer openapi | node scripts/schema.mjs > src/api/schema.d.ts
//
// Every refusal is the same problem (RFC 9457), so that it is said once for each operation instead of once for each status.
import openapiTS, { astToString } from "openapi-typescript";

const text = await new Response(process.stdin).text();
const document = JSON.parse(text);
const problem = {
  description: "A problem",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};
for (const operations of Object.values(document.paths)) {
  for (const operation of Object.values(operations)) {
    const well = Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith("2"));
    operation.responses = { ...Object.fromEntries(well), default: problem };
  }
}
delete document.webhooks;
const head = "// Written by `make web-types` from the server's OpenAPI document. Not to be edited.\n\n";
process.stdout.write(head + astToString(await openapiTS(document, { defaultNonNullable: false })));
