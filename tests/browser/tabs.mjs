// Two tabs of one person: one socket between them, one login; what ends in one ends in both.
import assert from "node:assert/strict";
import { alert, person, send } from "./lib/api.mjs";
import { logIn, open, play, scene, seat, tab } from "./lib/browser.mjs";

const [acme, globex] = scene.companies;

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

  // Another person in one tab is another person in all: of what the first has seen, nothing stays.
  const ann = await person("ann@globex.example", "technician", [globex.company_id]);
  const other = await tab(context, refused);
  await other.goto("/");
  await open(other, "raid-failed").first().waitFor();
  await other.evaluate(() => localStorage.clear());
  await other.reload();
  await logIn(other, ann);
  for (const page of [two, other]) {
    await page.getByRole("button", { name: ann.email }).waitFor();
    await page.getByText("Nothing is open").waitFor();
  }
  await send(globex, alert("db-1", "replication-lag", "critical"));
  await send(acme, alert("web-4", "cpu-high", "critical"));
  for (const page of [two, other]) {
    await open(page, "replication-lag").first().waitFor();
    assert.equal(await open(page).count(), 1);
  }

  // Out in one is out in the other.
  await other.getByRole("button", { name: ann.email }).click();
  await other.getByRole("menuitem", { name: "Log out" }).click();
  for (const page of [two, other]) await page.getByRole("button", { name: "Log in" }).waitFor();
});
