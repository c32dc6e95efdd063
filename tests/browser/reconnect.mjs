// The server is killed and started again: the page says so, comes back by itself, and has missed nothing.
import { alert, harness, send } from "./lib/api.mjs";
import { logIn, open, play, scene, seat, shot } from "./lib/browser.mjs";

const [acme] = scene.companies;
const gone = [/ERR_CONNECTION_REFUSED/, /ERR_CONNECTION_RESET/, /ERR_EMPTY_RESPONSE/, /WebSocket connection/, /503/];

await play(async () => {
  const { page } = await seat({ excused: gone });
  await page.goto("/");
  await logIn(page, scene.admin);
  await send(acme, alert("web-1", "memory-leak", "critical"));
  await open(page, "memory-leak").first().waitFor();

  await harness("kill");
  await page.getByText("Not connected: trying again").waitFor();
  await shot(page, "not-connected");
  await harness("start");
  // Before the page is back, and after.
  await send(acme, alert("web-2", "disk-full", "critical"));
  await open(page, "disk-full").first().waitFor({ timeout: 25_000 });
  await page.getByText("Live", { exact: true }).waitFor();
  await send(acme, alert("web-3", "raid-failed", "critical"));
  for (const trouble of ["memory-leak", "disk-full", "raid-failed"]) await open(page, trouble).first().waitFor();
});
