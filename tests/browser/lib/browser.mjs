// A Chromium of its own for each scene, that complains of whatever a page complains of.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.BROWSER_HOME}/`);
const { chromium } = require("playwright-core");
const axe = require("@axe-core/playwright");
const AxeBuilder = axe.default ?? axe;

export const WIDE = { width: 1400, height: 900 };
export const NARROW = { width: 390, height: 844 };
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const FLAGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

/** What the harness has prepared. */
export const scene = JSON.parse(process.env.SCENE);

let browser;

/** Plays a scene to its end; the process ends with its verdict. */
export async function play(acts) {
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS.split(" ") });
  try {
    await acts();
    for (const { said, excused } of seats) {
      const left = said.filter((line) => !excused.some((pattern) => pattern.test(line)));
      assert.deepEqual(left, [], "what the pages complained of");
    }
  } catch (error) {
    await Promise.all(seats.map(({ page }, place) => shot(page, `failed-${place}`).catch(() => {})));
    console.error(error, seats.flatMap(({ said }) => said).join("\n"));
    process.exitCode = 1;
  }
  await browser.close();
  // The harness may still hold its end of our input.
  process.exit();
}

/** The whole browser, by its own protocol. */
export const profile = () => browser.newBrowserCDPSession();

const seats = [];

/** A browser's profile with one tab: cookies are shared by the tabs of a profile alone. */
export async function seat({ size = WIDE, scheme = "light", excused = [] } = {}) {
  const context = await browser.newContext({ viewport: size, colorScheme: scheme, reducedMotion: "reduce", baseURL: scene.url });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: scene.url });
  return { context, page: await tab(context, excused) };
}

/** Another tab of a profile. `excused`: complaints that the scene itself brings about. */
export async function tab(context, excused = []) {
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const said = [];
  seats.push({ page, said, excused });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) said.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => said.push(`uncaught: ${error.stack}`));
  page.on("response", (answer) => {
    if (answer.status() >= 500) said.push(`${answer.status()} of ${answer.url()}`);
  });
  return page;
}

export async function logIn(page, { email, password, code }) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  if (code !== undefined) {
    await page.getByLabel("Code of your authenticator").fill(code());
    await page.getByRole("button", { name: "Log in" }).click();
  }
  // Away from where the list will be, which stands still under a pointer.
  await page.mouse.move(2, 2);
}

/** Keeps a picture, to be looked at. */
export async function shot(page, name) {
  mkdirSync(scene.pictures, { recursive: true });
  await page.screenshot({ path: `${scene.pictures}/${scene.name}-${name}.png` });
}

/** Holds a page to WCAG 2.2 AA, as far as a program can: nothing serious or critical. */
export async function accessible(page, what) {
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).withTags(STANDARDS).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = grave.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${what}: ${id}: ${html.slice(0, 200)}`));
  assert.deepEqual(told, [], "what axe found");
}

/** That a page does not scroll sideways. */
export async function fits(page, what) {
  const [within, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(within <= width, `${what} is ${within} wide in a window of ${width}`);
}

/** Incidents in the list of what is open. */
export function open(page, text) {
  const links = page.getByRole("list", { name: /Open incidents/ }).getByRole("link");
  return text === undefined ? links : links.filter({ hasText: text });
}
