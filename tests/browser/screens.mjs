// Every screen, empty and full, wide and narrow, light and dark: axe finds nothing grave, nothing is wider than the window,
// and a picture of each is kept.
import { alert, send } from "./lib/api.mjs";
import { accessible, fits, logIn, NARROW, play, scene, seat, shot, WIDE } from "./lib/browser.mjs";

const [acme] = scene.companies;
const LOOKS = [
  { look: "light-wide", size: WIDE, scheme: "light" },
  { look: "dark-narrow", size: NARROW, scheme: "dark" },
];

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
    await page.locator("#content h1").waitFor();
    await page.waitForLoadState("networkidle");
    await accessible(page, `${name}, ${state}, ${look}`);
    await fits(page, `${name}, ${state}, ${look}`);
    await shot(page, `${name}-${state}-${look}`);
  }
}

await play(async () => {
  for (const state of scene.states) {
    if (state === "full") {
      const signatures = ["disk-space-critical", "memory-leak", "replication-lag", "http-5xx-rate", "queue-depth"];
      const severities = ["critical", "high", "medium", "low"];
      const alerts = Array.from({ length: 60 }, (_, n) => alert(`web-${n % 17}`, signatures[n % 5], severities[n % 4]));
      await send(acme, ...alerts);
    }
    for (const { look, size, scheme } of LOOKS) {
      const { page, context } = await seat({ size, scheme });
      await page.goto("/");
      await logIn(page, scene.admin);
      await page.locator("#content h1").waitFor();
      await walk(page, look, state);
      await context.close();
    }
  }
});
