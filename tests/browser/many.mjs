// Ten thousand open incidents: listed whole, filtered, and gone through; of the list, only what is in view is there.
import assert from "node:assert/strict";
import { openMany } from "./lib/api.mjs";
import { accessible, fits, logIn, NARROW, play, scene, seat, shot } from "./lib/browser.mjs";

const INCIDENTS = 10_000;

await play(async () => {
  await openMany(scene.companies[0], INCIDENTS);
  const { page } = await seat();
  page.setDefaultTimeout(30_000);
  await page.goto("/");
  await logIn(page, scene.admin);
  await page.getByText(`${INCIDENTS.toLocaleString("en-US")} open`).waitFor();
  const there = () => page.locator("a[id^=row-]").count();
  assert.ok((await there()) < 100, `${await there()} lines are there`);
  await shot(page, "list");

  // To the end, and back by keyboard.
  const list = page.getByRole("list", { name: /Open incidents/ });
  await list.evaluate((element) => element.parentElement.scrollTo(0, element.scrollHeight));
  await page.waitForFunction((last) => document.querySelector(`li[aria-posinset="${last}"]`) !== null, INCIDENTS);
  assert.ok((await there()) < 100);
  await page.getByRole("searchbox").fill("asset-77 ");
  // asset-77, asset-770 to -779, and asset-7700 to -7799.
  await page.getByText("111 open").waitFor();
  for (const row of await page.locator("a[id^=row-]").allInnerTexts()) assert.match(row, /asset-77/);
  await shot(page, "filtered");

  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize(NARROW);
  await page.getByRole("searchbox").fill("");
  await page.getByText(`${INCIDENTS.toLocaleString("en-US")} open`).waitFor();
  await fits(page, "the list, narrow");
  await accessible(page, "the list, dark and narrow");
  await shot(page, "list-dark-narrow");
});
