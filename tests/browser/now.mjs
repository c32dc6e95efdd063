// The list of what is open: it is live, it is worked by keyboard, nothing moves under a cursor, and hostile text is text.
import assert from "node:assert/strict";
import { alert, send } from "./lib/api.mjs";
import { accessible, fits, logIn, NARROW, open, play, scene, seat, shot } from "./lib/browser.mjs";

const [acme, globex] = scene.companies;

/** Notes what has moved by itself (CLS), from where and to where, but for the frame that is there when somebody comes in. */
function watchShifts(page) {
  return page.addInitScript(() => {
    window.shifted = [];
    const element = (node) => (node?.closest ? node : node?.parentElement);
    const add = (entries) => {
      for (const { hadRecentInput, sources } of entries.getEntries()) {
        if (hadRecentInput || !sources.some(({ node }) => element(node)?.closest("#content"))) continue;
        for (const { node, previousRect, currentRect } of sources) {
          const [from, to] = [previousRect, currentRect].map(({ x, y, width, height }) => [x, y, width, height].join(" "));
          window.shifted.push(`${element(node)?.outerHTML.slice(0, 200)}: ${from} to ${to}`);
        }
      }
    };
    new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  });
}

await play(async () => {
  const { page } = await seat();
  await watchShifts(page);
  await page.goto("/");
  await logIn(page, scene.admin);
  await page.getByText("Nothing is open").waitFor();
  const script = await page.evaluate(() => {
    const loaded = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js"));
    return loaded.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  });
  assert.ok(script > 0 && script <= 250 * 1024, `${script} bytes of JavaScript for the first screen`);
  await shot(page, "none");
  await accessible(page, "the empty list");

  // What opens shows by itself, the most urgent first.
  await send(acme, alert("web-1", "memory-leak", "critical"), alert("web-2", "ntp-drift", "low"));
  await send(globex, alert("db-1", "replication-lag", "high"));
  await page.waitForFunction(() => document.querySelectorAll("a[id^=row-]").length === 3);
  assert.match(await open(page).first().innerText(), /memory-leak/);
  await page.getByRole("log").getByText("Critical: memory-leak on web-1").waitFor({ state: "attached" });

  assert.deepEqual(await page.evaluate(() => window.shifted), [], "what comes live moves nothing else");

  // By keyboard: down and up, and what is done to where one is.
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  assert.match(await page.locator(":focus").innerText(), /replication-lag/);
  await page.keyboard.press("k");
  await page.keyboard.press("a");
  await page.getByText("Acknowledged: memory-leak on web-1").first().waitFor();
  await open(page).first().getByText("acknowledged").waitFor();

  // Somebody is at the list: what is new waits, and nothing changes its place.
  const before = await open(page).evaluateAll((links) => links.map(({ id }) => id));
  await send(globex, alert("db-2", "raid-failed", "critical"), alert("db-3", "raid-failed", "critical"));
  await page.getByRole("button", { name: "Show 2 new incidents" }).waitFor();
  assert.deepEqual(await open(page).evaluateAll((links) => links.map(({ id }) => id)), before);
  await page.keyboard.press(".");
  await page.waitForFunction(() => document.querySelectorAll("a[id^=row-]").length === 5);

  // Escalate and snooze ask first; Escape puts the question away and nothing is done.
  await page.keyboard.press("e");
  await page.getByRole("dialog", { name: "Escalate" }).getByLabel("Why").and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Escape");
  await page.locator("a[id^=row-]:focus").waitFor();
  await page.keyboard.press("s");
  await page.getByRole("dialog", { name: "Snooze" }).getByRole("button", { name: "1 hour" }).click();
  await page.getByText(/Snoozed for 1 hour/).first().waitFor();

  // Searched and filtered.
  await page.keyboard.press("/");
  await page.keyboard.type("raid globex");
  await page.waitForFunction(() => document.querySelectorAll("a[id^=row-]").length === 2);
  for (const row of await open(page).allInnerTexts()) assert.match(row, /raid-failed/);

  // Back from an incident leads to the same line of the same list; the incident's own screen has the focus meanwhile.
  await page.keyboard.press("Enter");
  await page.keyboard.press("j");
  await page.waitForURL(/text=raid/);
  const line = await page.locator(":focus").getAttribute("id");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "What happened" }).waitFor();
  await page.locator("#content:focus").waitFor();
  await page.goBack();
  await page.locator(`#${line}:focus`).waitFor();
  assert.equal(await page.getByRole("searchbox").inputValue(), "raid globex");
  await page.getByRole("searchbox").fill("");

  // What others have written is text, whatever it says, and breaks no page.
  const [markup, turned, long] = ["<img src=x onerror=document.title='owned'>", "\u202egnp.exe", "W".repeat(250)];
  await send(acme, alert(markup, turned, "critical", `<script>alert(1)</script>${"x".repeat(3000)}`), alert(long, long.slice(0, 120), "high"));
  await page.mouse.move(5, 5);
  await page.locator("#content").focus();
  await open(page, markup).first().waitFor();
  await fits(page, "the list");
  await shot(page, "hostile");
  await open(page, markup).first().click();
  await page.getByRole("heading", { name: "What happened" }).waitFor();
  await page.getByText("<script>alert(1)</script>").first().waitFor();
  await fits(page, "an incident with long text");
  await accessible(page, "an incident");
  await page.setViewportSize(NARROW);
  await fits(page, "an incident with long text, narrow");
  assert.match(await page.title(), /Alert Whisperer/);
  await shot(page, "hostile-narrow");
});
