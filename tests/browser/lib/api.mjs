// The server without the dashboard: what senders and other people do meanwhile.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createInterface } from "node:readline";
import { scene } from "./browser.mjs";

export async function call(method, path, { token, body } = {}) {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const answer = await fetch(scene.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text === "" ? null : JSON.parse(text);
}

/** Sends alerts, signed. */
export async function send({ api_key, webhook_secret }, ...alerts) {
  const body = JSON.stringify(alerts);
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", webhook_secret).update(`${timestamp}.${body}`).digest("hex");
  const headers = { "X-API-Key": api_key, "X-Timestamp": timestamp, "X-Signature": `sha256=${signature}` };
  const answer = await fetch(`${scene.url}/api/webhooks/alerts`, { method: "POST", headers, body });
  assert.equal(answer.status, 200, await answer.text());
}

export function alert(asset_name, signature, severity, message = `${signature} on ${asset_name}`, more = {}) {
  return { asset_name, signature, severity, message, tool_source: "zabbix", ...more };
}

/** What an authenticator shows for a secret in Base32 (RFC 6238). */
export function totp(secret, at = Date.now()) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((octet) => Number.parseInt(octet, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** A person with a password of his own. */
export async function person(email, role, company_ids) {
  const { access_token: token } = await call("POST", "/api/auth/login", { body: scene.admin });
  const made = await call("POST", "/api/users", { token, body: { email, role, company_ids } });
  const first = await call("POST", "/api/auth/login", { body: { email, password: made.password } });
  const password = "granite ladder forty-one";
  await call("PUT", "/api/auth/password", { token: first.access_token, body: { current_password: made.password, new_password: password } });
  return { email, password };
}

/** Asks the harness for what only it can do (`kill`, `start`, `freeze`, `thaw`), and waits until it is done. */
export async function harness(what) {
  console.log(what);
  const { value } = await answers.next();
  assert.equal(value, "done", what);
}

/** Alerts of a request at most. */
const BATCH = 1000;

/** Opens so many incidents, each of an asset of its own, and waits until all are. */
export async function openMany(company, count) {
  const signatures = ["disk-space", "memory-leak", "cpu-load"];
  const severities = ["low", "medium", "high", "critical"];
  for (let from = 0; from < count; from += BATCH) {
    const alerts = Array.from({ length: Math.min(BATCH, count - from) }, (_, more) => {
      const n = from + more;
      return alert(`asset-${n}`, signatures[n % 3], severities[n % 4]);
    });
    await send(company, ...alerts);
  }
  const headers = { "X-API-Key": company.api_key };
  const counted = await fetch(`${scene.url}/api/incidents/correlate`, { method: "POST", headers });
  const { incidents_created } = await counted.json();
  assert.equal(incidents_created, count);
}
