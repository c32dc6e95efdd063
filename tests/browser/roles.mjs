// Each role sees only its own: companies, incidents, and places to go.
import assert from "node:assert/strict";
import { alert, person, send } from "./lib/api.mjs";
import { logIn, open, play, scene, seat, shot } from "./lib/browser.mjs";

const [acme, globex] = scene.companies;

async function places(page) {
  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Approvals" }).waitFor();
  return page.getByRole("navigation", { name: "Places" }).getByRole("link").allInnerTexts();
}

await play(async () => {
  await send(acme, alert("web-1", "memory-leak", "critical"));
  await send(globex, alert("db-1", "replication-lag", "critical"));
  const technician = await person("ann@acme.example", "technician", [acme.company_id]);
  const manager = await person("carla@acme.example", "company_admin", [acme.company_id]);

  const { page: admin } = await seat();
  await admin.goto("/");
  await logIn(admin, scene.admin);
  for (const trouble of ["memory-leak", "replication-lag"]) await open(admin, trouble).first().waitFor();
  await open(admin, "replication-lag").first().click();
  await admin.getByRole("heading", { name: "What happened" }).waitFor();
  const foreign = new URL(admin.url()).pathname;

  for (const [who, is] of [[technician, "technician"], [manager, "manager"]]) {
    const { page } = await seat({ excused: [/403/, /404/] });
    await page.goto("/");
    await logIn(page, who);
    await open(page, "memory-leak").first().waitFor();
    assert.equal(await open(page, "replication-lag").count(), 0);
    assert.equal(await page.getByRole("combobox", { name: "Company" }).count(), 0, "one company is no choice");
    const offered = await places(page);
    const ofAdmins = ["Audit"];
    for (const place of ofAdmins) assert.equal(offered.includes(place), is === "manager", `${place} for ${is}`);
    // Another company's incident is as good as an unknown one, whatever address is typed.
    await page.goto(foreign);
    await page.getByRole("alert").waitFor();
    assert.equal(await open(page, "replication-lag").count(), 0);
    await shot(page, is);
  }
});
