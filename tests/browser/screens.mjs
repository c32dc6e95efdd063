// Every screen, empty and full, wide and narrow, light and dark: axe finds nothing grave, nothing is wider than the window,
// and a picture of each is kept.
import assert from "node:assert/strict";
import { alert, call, send } from "./lib/api.mjs";
import { accessible, fits, logIn, NARROW, play, scene, seat, shot, WIDE } from "./lib/browser.mjs";

const [acme] = scene.companies;
const LOOKS = {
  "light-wide": { size: WIDE, scheme: "light" },
  "dark-wide": { size: WIDE, scheme: "dark" },
  "light-narrow": { size: NARROW, scheme: "light" },
  "dark-narrow": { size: NARROW, scheme: "dark" },
};

/** Where there is something to see, by what it is called. */
async function screens(page) {
  const link = page.locator("a[id^=row-]").first();
  const incident = (await link.count()) === 0 ? [] : [["incident", await link.getAttribute("href")]];
  return [...scene.screens, ...incident];
}

async function walk(page, look, state) {
  await page.goto("/");
  await page.locator("#content h1").waitFor();
  if (state === "full") await page.locator("a[id^=row-]").first().waitFor();
  for (const [name, path] of await screens(page)) {
    await page.goto(path);
    await page.locator("#content h1").waitFor().catch(() => assert.fail(`${name} has no heading`));
    await page.waitForFunction(() => document.querySelector("[data-loading]") === null);
    await accessible(page, `${name}, ${state}, ${look}`);
    await fits(page, `${name}, ${state}, ${look}`);
    await shot(page, `${name}-${state}-${look}`);
  }
}

/** Enough that every list has something in it. */
async function fill() {
  const signatures = ["disk-space-critical", "memory-leak", "replication-lag", "http-5xx-rate", "queue-depth"];
  const severities = ["critical", "high", "medium", "low"];
  await send(acme, ...Array.from({ length: 60 }, (_, n) => alert(`web-${n % 17}`, signatures[n % 5], severities[n % 4])));
  const { access_token: token } = await call("POST", "/api/auth/login", { body: scene.admin });
  const put = (path, body) => call("PUT", `/api/companies/${acme.company_id}/${path}`, { token, body });
  await put("assets/db-1", { criticality: "critical" });
  await put("assets/web-1", { depends_on: ["db-1"] });
  const weekly = { days: ["sat", "sun"], from: "22:00", to: "02:00", time_zone: "Europe/Berlin" };
  await put("maintenance-windows", { maintenance_windows: [{ name: "backups", weekly }] });
  await put("rules", { rules: [{ name: "by asset", match: 'signature.startsWith("disk")', group_by: ["asset"] }] });
  await put("heartbeats/backup", { every_seconds: 86_400, severity: "high" });
  const learned = { signature: "disk-space-critical", outcome: "success", resolution: "Rotated the logs.", tags: ["disk"] };
  await call("POST", `/api/memory?company_id=${acme.company_id}`, { token, body: learned });
}

await play(async () => {
  if (scene.state === "full") await fill();
  for (const look of scene.looks) {
    // What is not set up yet is not found.
    const { page, context } = await seat({ ...LOOKS[look], excused: [/404/] });
    await page.goto("/");
    await logIn(page, scene.admin);
    await page.locator("#content h1").waitFor();
    await walk(page, look, scene.state);
    await context.close();
  }
});
