// The server is killed and started again, then stopped without closing anything: the page says so, comes back by itself,
// and has missed nothing.
import { alert, harness, send } from "./lib/api.mjs";
import { logIn, open, play, scene, seat, shot } from "./lib/browser.mjs";

const [acme] = scene.companies;
const gone = [/ERR_CONNECTION_REFUSED/, /ERR_CONNECTION_RESET/, /ERR_EMPTY_RESPONSE/, /WebSocket connection/, /503/];

await play(async () => {
  const { page } = await seat({ excused: gone });
  await page.clock.install();
  await page.goto("/");
  await logIn(page, scene.admin);
  await send(acme, alert("web-1", "memory-leak", "critical"));
  await open(page, "memory-leak").first().waitFor();

  await harness("kill");
  await page.getByText("Not connected").waitFor();
  await shot(page, "not-connected");
  await harness("start");
  // Before the page is back, and after.
  await send(acme, alert("web-2", "disk-full", "critical"));
  await open(page, "disk-full").first().waitFor({ timeout: 25_000 });
  await page.getByText("Live", { exact: true }).waitFor();
  await send(acme, alert("web-3", "raid-failed", "critical"));
  for (const trouble of ["memory-leak", "disk-full", "raid-failed"]) await open(page, trouble).first().waitFor();

  // Nothing is refused, and nothing answers: half a minute of silence is enough to know. (The page's clock is put on.)
  await harness("freeze");
  await page.clock.fastForward(36_000);
  await page.getByText("Not connected").waitFor();
  await harness("thaw");
  await send(acme, alert("web-4", "cpu-high", "critical"));
  await page.clock.fastForward(36_000);
  await open(page, "cpu-high").first().waitFor();
  await page.getByText("Live", { exact: true }).waitFor();

  // Every screen has been fetched meanwhile: what is not there without the server is what it knows, not the page.
  await harness("kill");
  await page.getByRole("link", { name: "Approvals", exact: true }).click();
  await page.getByRole("heading", { name: "Approvals" }).waitFor();
  await page.getByText(/cannot be reached/).first().waitFor();

  // Whoever leaves is out at once, and the server is told when it is there again.
  await page.getByRole("button", { name: "Administrator" }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await page.getByText("The server could not be told").waitFor();
  await harness("start");
  const told = page.waitForResponse((answer) => answer.url().endsWith("/api/auth/logout"));
  await page.reload();
  await told;
  await page.getByRole("button", { name: "Log in" }).waitFor();
});
