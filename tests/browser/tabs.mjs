// Two tabs of one person: one socket between them, one login; what ends in one ends in both.
import assert from "node:assert/strict";
import { alert, send } from "./lib/api.mjs";
import { logIn, open, play, scene, seat, tab } from "./lib/browser.mjs";

const [acme] = scene.companies;

await play(async () => {
  const sockets = [];
  const refused = [/401/];
  const { context, page: one } = await seat({ excused: refused });
  one.on("websocket", () => sockets.push("one"));
  await one.goto("/");
  await logIn(one, scene.admin);
  await one.getByText("Live", { exact: true }).waitFor();

  const two = await tab(context, refused);
  two.on("websocket", () => sockets.push("two"));
  await two.goto("/");
  await two.getByText("Live", { exact: true }).waitFor();
  await send(acme, alert("web-1", "memory-leak", "critical"));
  for (const page of [one, two]) await open(page, "memory-leak").first().waitFor();
  assert.deepEqual(sockets, ["one"], "sockets that were opened");

  // The tab with the socket closes: the other goes on, and misses nothing.
  await Promise.all([one.close(), send(acme, alert("web-2", "disk-full", "critical"))]);
  await send(acme, alert("web-3", "raid-failed", "critical"));
  for (const trouble of ["disk-full", "raid-failed"]) await open(two, trouble).first().waitFor();
  assert.deepEqual(sockets, ["one", "two"]);

  // Out in one is out in the other.
  const three = await tab(context, refused);
  await three.goto("/");
  await open(three, "raid-failed").first().waitFor();
  await three.getByRole("button", { name: "Administrator" }).click();
  await three.getByRole("menuitem", { name: "Log out" }).click();
  for (const page of [two, three]) await page.getByRole("button", { name: "Log in" }).waitFor();
});
