// The whole way, by screen: a first login with a second factor, a company, its first signed alert, its AWS account, an
// approved and executed run, and an incident that is over.
import assert from "node:assert/strict";
import { alert, send, totp } from "./lib/api.mjs";
import { accessible, logIn, open, play, scene, seat, shot } from "./lib/browser.mjs";

const ROLE = "arn:aws:iam::111111111111:role/alert-whisperer";
/** A machine that nothing else in that account is called like. */
const MACHINE = { account: "111111111111", instance_id: "i-0fedcba9876543210", name: "file-server-9" };

/** What stands in a box that is to be copied. */
const shown = (page, label) => page.getByLabel(label, { exact: true }).innerText();

await play(async () => {
  const known = await fetch(`${scene.moto}/test/instances`, { method: "POST", body: JSON.stringify(MACHINE) });
  assert.ok(known.ok);
  // A code is tried that is wrong.
  const { page } = await seat({ excused: [/403/] });
  await page.goto("/");
  await logIn(page, scene.admin);

  // The second factor that his role needs.
  await page.getByRole("heading", { name: "Set up a second factor" }).waitFor();
  await page.getByLabel("Your password").fill(scene.admin.password);
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByLabel("recovery codes", { exact: true }).waitFor();
  await accessible(page, "setting a second factor up");
  await page.getByLabel("Code that it shows").fill("000000");
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Code that it shows").fill(totp(await shown(page, "secret")));
  await page.getByRole("button", { name: "Confirm" }).click();

  // A company, with a key and a secret that are shown once.
  await page.getByRole("link", { name: "Companies" }).click();
  await page.getByRole("button", { name: "New company" }).click();
  await page.getByLabel("Name").fill("Northwind");
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByRole("heading", { name: "Keep these now" }).waitFor();
  const northwind = { api_key: await shown(page, "API key"), webhook_secret: await shown(page, "Webhook secret") };
  await accessible(page, "onboarding");
  await shot(page, "onboarding");
  await page.getByText("The first alert shows here by itself").waitFor();
  await send(northwind, alert("web-1", "certificate-expires", "low"));
  await page.getByText("The first signed alert was received.").waitFor();

  // Its AWS account, tried.
  await page.getByRole("link", { name: "AWS" }).click();
  await page.getByRole("textbox", { name: "Role" }).fill(ROLE);
  await page.getByLabel("Region").fill("eu-central-1");
  await page.getByText("Timeouts and endpoint").click();
  await page.getByLabel("Endpoint instead of AWS").fill(scene.moto);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Check" }).click();
  await page.getByText("reached", { exact: true }).waitFor();
  await shot(page, "aws");

  // Trouble on a machine of that account: an incident, a proposal, consent, and the end of it.
  await send(northwind, alert(MACHINE.name, "disk-space-critical", "high", "Filesystem /var is 97 % full"));
  await page.getByRole("link", { name: "Now" }).click();
  await open(page, "disk-space-critical").first().click();
  await page.getByRole("heading", { name: "What is proposed" }).waitFor();
  await shot(page, "proposed");
  await page.getByRole("button", { name: "Approve and run" }).click();
  const dialog = page.getByRole("dialog");
  assert.match(await dialog.innerText(), new RegExp(MACHINE.instance_id));
  await accessible(page, "the question whether to run");
  await dialog.getByRole("button", { name: "Approve and run" }).click();
  await page.getByRole("heading", { name: "What was run" }).waitFor();
  await page.getByText("succeeded").first().waitFor({ timeout: 20_000 });
  await page.getByText("healthy afterwards").waitFor({ timeout: 20_000 });
  await page.getByRole("button", { name: "Reopen" }).waitFor({ timeout: 20_000 });
  await accessible(page, "an incident that is over");
  await shot(page, "resolved");
  await page.getByRole("link", { name: "Now" }).click();
  await open(page, "certificate-expires").waitFor();
  await open(page, "disk-space-critical").waitFor({ state: "hidden" });

  // What cannot begin by itself says what it lacks, and what helps is one press away.
  await send(northwind, alert(MACHINE.name, "memory-leak", "high"));
  await open(page, "memory-leak").click();
  const needed = page.getByRole("region", { name: "Somebody is needed" });
  await needed.getByText(/service/).first().waitFor();
  await shot(page, "needed");
  await accessible(page, "an incident that needs somebody");
  await needed.getByRole("button", { name: /^Run / }).click();
  await page.getByLabel("service", { exact: true }).and(page.locator(":focus")).fill("nginx");
  await shot(page, "run");
  await page.getByRole("dialog").getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("heading", { name: "What was run" }).waitFor();

  // What a person has fixed is remembered.
  await page.getByRole("link", { name: "Now" }).click();
  await open(page, "certificate-expires").click();
  await page.getByRole("button", { name: "Resolve" }).click();
  await page.getByLabel("What fixed it").fill("Renewed it with certbot by hand");
  await page.getByRole("dialog").getByRole("button", { name: "Resolve" }).click();
  await page.getByRole("button", { name: "Reopen" }).waitFor();
  await send(northwind, alert("web-2", "certificate-expires", "low"));
  await page.getByRole("link", { name: "Now" }).click();
  await open(page, "certificate-expires").filter({ hasText: "web-2" }).click();
  await page.getByText("Seen once, fixed by Renewed it with certbot by hand.").waitFor();
});
