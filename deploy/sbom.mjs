// A software bill of materials (CycloneDX 1.6, JSON) of the binary with its dashboard:
//   deploy/crates.sh | node deploy/sbom.mjs Cargo.lock web/package-lock.json > sbom.cdx.json
// The same inputs give the same bytes. What a crate brings along in another language (SQLite, AWS-LC, mimalloc,
// Swagger UI) stands under the crate's name.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const [lock, npmLock] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const [built, runtime] = readFileSync(0, "utf8").split("\n\n").map(lines);

/** The lines of one tree of `cargo tree --prefix depth`. */
function lines(text) {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const found = /^(\d+)(\S+) v([^\s|]+)[^|]*\|(.*?)( \(\*\))?$/.exec(line);
      if (found === null) throw new Error(`no line of cargo tree: ${line}`);
      const [, depth, name, version, licence] = found;
      const purl = `pkg:cargo/${name}@${version.replace("+", "%2B")}`;
      return { depth: Number(depth), purl, name, version, licence };
    });
}

/** Crates that come from the registry, with their SHA-256, by name and version. */
const checksums = new Map(
  lock.split("[[package]]").flatMap((entry) => {
    const field = (name) => new RegExp(`^${name} = "(.*)"$`, "m").exec(entry)?.[1];
    return field("checksum") === undefined ? [] : [[`${field("name")}@${field("version")}`, field("checksum")]];
  }),
);

/** An SPDX expression; older crates write a slash. */
function licences(licence) {
  return licence ? { licenses: [{ expression: licence.replaceAll(/\s*\/\s*/g, " OR ") }] } : {};
}

function component(purl, { group, name, version, licence, hash }, isShipped) {
  return {
    type: "library",
    "bom-ref": purl,
    ...(group && { group }),
    name,
    version,
    scope: isShipped ? "required" : "excluded",
    ...(hash && { hashes: [hash] }),
    ...licences(licence),
    purl,
  };
}

const components = new Map();
const dependencies = new Map();
const depend = (from, to) => dependencies.set(from, (dependencies.get(from) ?? new Set()).add(to));

const shipped = new Set(runtime.map(({ purl }) => purl));
const above = [];
for (const { depth, purl, ...crate } of built) {
  above.length = depth;
  if (depth > 0) depend(above[depth - 1], purl);
  above.push(purl);
  const content = checksums.get(`${crate.name}@${crate.version}`);
  const hash = content && { alg: "SHA-256", content };
  components.set(purl, component(purl, { ...crate, hash }, shipped.has(purl)));
}
const root = built[0].purl;

const packages = JSON.parse(npmLock).packages;
const npmPurl = (path) => {
  const name = packages[path].name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  return `pkg:npm/${name.replace("@", "%40")}@${packages[path].version}`;
};
/** Where Node.js finds a package from a place: there, or in the nearest folder above. */
function resolved(from, name) {
  for (let place = from; ; place = place.slice(0, Math.max(place.lastIndexOf("/node_modules/"), 0))) {
    const path = `${place}${place && "/"}node_modules/${name}`;
    if (path in packages) return path;
    if (place === "") return undefined;
  }
}
for (const [path, found] of Object.entries(packages)) {
  const needs = { ...found.dependencies, ...found.optionalDependencies, ...(path === "" && found.devDependencies) };
  const purl = path === "" ? root : npmPurl(path);
  for (const name of Object.keys(needs)) {
    const at = resolved(path, name);
    if (at !== undefined) depend(purl, npmPurl(at));
  }
  if (path === "" || components.get(purl)?.scope === "required") continue;
  const [, group, name] = /^pkg:npm\/(?:(%40[^/]+)\/)?([^@]+)@/.exec(purl);
  const digest = /^sha512-(\S+)/.exec(found.integrity ?? "")?.[1];
  const hash = digest && { alg: "SHA-512", content: Buffer.from(digest, "base64").toString("hex") };
  const part = { group: group?.replace("%40", "@"), name, version: found.version, licence: found.license, hash };
  components.set(purl, component(purl, part, !found.dev && !found.devOptional));
}

const { scope, ...itself } = components.get(root);
components.delete(root);
const sorted = (all) => [...all].sort();
const bom = {
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: { component: { ...itself, type: "application" } },
  components: sorted(components.keys()).map((purl) => components.get(purl)),
  dependencies: [root, ...sorted(components.keys())].map((ref) => ({
    ref,
    dependsOn: sorted(dependencies.get(ref) ?? []),
  })),
};
// A name of its own for each content (RFC 9562, version 8).
const digest = createHash("sha256").update(JSON.stringify(bom)).digest("hex");
const serial = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`, `8${digest.slice(17, 20)}`, digest.slice(20, 32)];
process.stdout.write(`${JSON.stringify({ ...bom, serialNumber: `urn:uuid:${serial.join("-")}` }, null, 1)}\n`);
