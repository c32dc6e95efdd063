// How quick the dashboard is: not a test, but the browser's half of the benchmark `dashboard`. Prints one line of JSON.
import { alert, openMany, send } from "./lib/api.mjs";
import { logIn, open, play, profile, scene, seat } from "./lib/browser.mjs";

const [acme] = scene.companies;
/** Incidents that are open from the beginning. */
const INCIDENTS = 10_000;
/** Seconds that events are sent for. */
const SECONDS = 10;

/** Milliseconds from the navigation's beginning until the first incident is there, and the bytes of script by then. */
async function usable(page) {
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.querySelector("a[id^=row-]") === null) return;
      window.usable = performance.now();
      const scripts = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js"));
      window.scripts = scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  const cold = await page.context().newCDPSession(page);
  const times = [];
  for (let n = 0; n < 5; n++) {
    await cold.send("Network.clearBrowserCache");
    await page.goto("/");
    await page.waitForFunction(() => window.usable !== undefined);
    times.push(await page.evaluate(() => window.usable));
  }
  return { times: times.sort((a, b) => a - b), bytes: await page.evaluate(() => window.scripts) };
}

/** The longest time between two frames while something is done, in milliseconds. */
async function frames(page, act) {
  await page.evaluate(() => {
    window.longest = 0;
    window.measuring = true;
    let before;
    const step = (now) => {
      if (before !== undefined) window.longest = Math.max(window.longest, now - before);
      before = now;
      if (window.measuring) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  await act();
  return page.evaluate(() => {
    window.measuring = false;
    return window.longest;
  });
}

async function scroll(page) {
  await page.mouse.move(700, 600);
  for (let n = 0; n < 120; n++) {
    await page.mouse.wheel(0, n % 40 === 39 ? 40_000 : 900);
    await page.waitForTimeout(16);
  }
}

async function filter(page) {
  const search = page.getByRole("searchbox");
  for (const text of ["asset-77", "disk", ""]) {
    await search.fill("");
    await search.pressSequentially(text, { delay: 60 });
  }
  await page.getByLabel("Severity").selectOption("critical");
  await page.getByLabel("Severity").selectOption("");
}

/** CPU seconds of the tabs so far. */
async function spent() {
  const { processInfo } = await (await profile()).send("SystemInfo.getProcessInfo");
  return processInfo.filter(({ type }) => type === "renderer").reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** The share of a core that the tab takes while so many incidents open and are decided each second: two events each. */
async function busy(incidents) {
  let n = 0;
  const began = Date.now();
  const before = await spent();
  while (Date.now() - began < SECONDS * 1000) {
    const due = Math.floor(((Date.now() - began) / 1000) * incidents);
    const alerts = Array.from({ length: Math.max(due - n, 1) }, (_, more) => alert(`new-${n + more}`, "disk-full", "high"));
    n += alerts.length;
    await send(acme, ...alerts);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const seconds = (Date.now() - began) / 1000;
  return { share: ((await spent()) - before) / seconds, events_per_second: (2 * n) / seconds };
}

await play(async () => {
  await openMany(acme, INCIDENTS);
  const { page } = await seat();
  page.setDefaultTimeout(30_000);
  await page.goto("/api/docs/");
  const floor = await page.evaluate(() => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd);
  await page.goto("/");
  await logIn(page, scene.admin);
  await open(page).first().waitFor();
  const { times, bytes } = await usable(page);
  await page.getByText(`${INCIDENTS.toLocaleString("en-US")} open`).waitFor();
  const still = await frames(page, () => page.waitForTimeout(2000));
  const figures = {
    floor_ms: floor,
    usable_ms: times[2],
    slowest_ms: times[4],
    js_bytes: bytes,
    still_frame_ms: still,
    scroll_frame_ms: await frames(page, () => scroll(page)),
    filter_frame_ms: await frames(page, () => filter(page)),
    ...(await busy(250)),
  };
  console.log(JSON.stringify(figures));
});
