// Uses the service's page in headless Chromium, against a stand-in of the service, and writes down
// what a person would meet.
// node page.mjs FOLDER CHROMIUM DAEMON -> facts.json and screenshots in FOLDER, which holds what
// the stand-in plays; DAEMON is the folder of the crate
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch, layout, slider, touchSlider, useOneFont, useSlider } from "./browsing.mjs";
import { StandIn } from "./stand_in.mjs";

const [folder, executablePath, daemon] = process.argv.slice(2);
const TOKEN = "0123456789abcdef0123456789abcdef";
const service = new StandIn([join(daemon, "page"), join(daemon, "templates")], folder, TOKEN);
await service.start();
const browser = await launch(executablePath);
const facts = { console: [], foreign: [], views: {} };
// Chromium's own words about answers that the test provokes.
const isProvoked = (text) => /Failed to load resource.*(401|404|409|422|ERR_CONNECTION|ERR_INCOMPLETE)/.test(text);

const open = async (width, height, options = {}) => {
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "UTC",
    ...options,
  });
  const page = await context.newPage();
  // The hour of the recording; timers run on.
  await page.clock.setFixedTime(service.status("lab").since_ms + 600_000);
  page.on("console", (message) => {
    if (!isProvoked(message.text())) facts.console.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => facts.console.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(service.address) && !url.startsWith("blob:")) facts.foreign.push(url);
  });
  await page.goto(service.address);
  return page;
};

const recorded = service.status("lab");

// The page, let in, with its pictures.
const enter = async (page, token = TOKEN) => {
  await page.getByRole("textbox", { name: "Token" }).fill(token);
  await page.keyboard.press("Enter");
  if (token !== TOKEN) return;
  await page.getByText("Connected", { exact: true }).waitFor();
  await useOneFont(page);
  for (const kind of ["under", "over"]) await page.locator(`.compare img.${kind}`).waitFor();
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())));
};

// Waits until a question has the answer that is meant, and returns the last answer in any case.
const settled = async (question, isMeant) => {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await question();
    if (isMeant(answer) || attempt === 100) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
const text = (page, id) => page.locator(`#${id}`).textContent();
const becomes = (page, id, part) => settled(() => text(page, id), (words) => words.includes(part));
// What the service was asked since the last question of this kind.
let heard = 0;
const asked = async (least = 1) => {
  await settled(() => service.calls.length, (calls) => calls >= heard + least);
  const calls = service.calls.slice(heard);
  heard = service.calls.length;
  return calls;
};
const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const shot = (page, name) => page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });

const useToken = async (page) => {
  await page.getByRole("textbox", { name: "Token" }).waitFor();
  await enter(page, "not-the-token");
  const refused = await page.locator("#token-wrong").waitFor().then(() => true);
  await enter(page);
  await page.reload();
  await page.getByText("Connected", { exact: true }).waitFor();
  await useOneFont(page);
  await page.locator(".compare img.over").waitFor();
  return { refused, asked_again: await page.locator("#token-dialog").isVisible() };
};

const useActions = async (page) => {
  const steps = {};
  await page.locator("#hold").focus();
  await press(page, "Enter");
  steps.hold = await asked();
  steps.held = [await becomes(page, "headline", "Left as it is"), await becomes(page, "hold", "Resume")];
  steps.focus = await page.evaluate(() => document.activeElement.id);
  steps.outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  await press(page, "Enter");
  steps.resume = await asked();
  steps.spoken = await becomes(page, "spoken", "Measuring");
  await page.locator("#plan").click();
  await page.locator("#planned").waitFor();
  steps.plan = await page.locator("#planned").innerText();
  steps.plan_focus = await page.evaluate(() => document.activeElement.id);
  await page.getByRole("button", { name: "Retune now" }).click();
  steps.retune = await asked(2);
  steps.tuning = await becomes(page, "headline", "Tunes");
  await page.locator("#restore").click();
  steps.restore = await asked();
  steps.said = await becomes(page, "said", "as it was found");
  return steps;
};

const useParameters = async (page) => {
  const steps = {};
  const exposure = page.getByRole("slider", { name: "Exposure" });
  await exposure.focus();
  await press(page, "ArrowRight", "ArrowRight", "ArrowRight");
  steps.value = await exposure.getAttribute("aria-valuetext");
  await press(page, "End");
  steps.end = await exposure.getAttribute("aria-valuetext");
  steps.limit = service.status("lab").parameters[0].high;
  steps.edited = await text(page, "edited-words");
  await page.getByRole("button", { name: "Set and hold" }).click();
  steps.set = await asked();
  await page.locator("#edited").waitFor({ state: "hidden" });
  const lock = page.getByRole("button", { name: "Lock saturation" });
  await lock.focus();
  await press(page, "Space");
  steps.lock = await asked();
  steps.locked = await settled(() => lock.getAttribute("aria-pressed"), (is) => is === "true");
  steps.slider_disabled = await page.getByRole("slider", { name: "Saturation" }).isDisabled();
  await press(page, "Space");
  steps.unlock = await asked();
  return steps;
};

const useLooks = async (page) => {
  const steps = {};
  const names = () => page.locator(".gallery .name").allTextContents();
  steps.names = await names();
  steps.unreadable = await text(page, "unreadable");
  await page.locator(".choice", { hasText: "daylight" }).click();
  steps.choose = await asked();
  const choice = page.locator(".choice", { hasText: "daylight" });
  steps.chosen = await settled(() => choice.getAttribute("aria-pressed"), (is) => is === "true");
  await page.locator("#strength").focus();
  for (let step = 0; step < 20; step += 1) await press(page, "ArrowLeft");
  steps.strength = await asked();

  await page.getByRole("button", { name: "Add…" }).click();
  await page.locator("#look-picture").setInputFiles(join(folder, "Shop Light 2.png"));
  steps.name = await page.getByRole("textbox", { name: "Name" }).inputValue();
  await page.getByRole("textbox", { name: "Name" }).fill("warm");
  steps.replaces = await text(page, "look-name-note");
  await page.getByRole("textbox", { name: "Name" }).fill("blurred");
  await press(page, "Enter");
  await page.locator("#add-refused").waitFor();
  steps.refused = [await text(page, "add-refused"), await asked()];
  await page.getByLabel("Store it all the same").check();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.locator("#add-dialog").waitFor({ state: "hidden" });
  steps.forced = await asked();
  await settled(names, (all) => all.includes("blurred"));
  await page.getByRole("button", { name: "Remove the look blurred" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await asked();
  await settled(names, (all) => !all.includes("blurred"));
  await page.getByRole("button", { name: "Add…" }).click();
  await page.locator("#look-picture").setInputFiles(join(folder, "Shop Light 2.png"));
  steps.name_again = await page.getByRole("textbox", { name: "Name" }).inputValue();
  await page.getByRole("textbox", { name: "Name" }).fill("shop-light-2");
  await press(page, "Enter");
  steps.added = [await settled(names, (all) => all.includes("shop-light-2")), await asked()];

  await page.getByRole("button", { name: "Remove the look shop-light-2" }).click();
  await press(page, "Escape");
  steps.kept = [await page.locator("#remove-dialog").isVisible(), await names()];
  await page.getByRole("button", { name: "Remove the look shop-light-2" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  steps.removed = [await settled(names, (all) => !all.includes("shop-light-2")), await asked()];
  return steps;
};

const useHistory = async (page) => {
  const entries = page.locator("#history li");
  const steps = { before: await entries.count() };
  await page.locator("#all-history").click();
  steps.all = await entries.count();
  await entries.last().getByRole("button").click();
  steps.revert = await asked();
  steps.oldest = service.status("lab").history.at(-1).at_ms;
  return steps;
};

const useTabs = async (page) => {
  const steps = {};
  steps.groups = await page.locator("#groups li").allInnerTexts();
  await page.getByRole("tab", { name: "lab" }).focus();
  await press(page, "ArrowRight");
  steps.second = [await becomes(page, "headline", "Waits"), await text(page, "notices")];
  steps.second_groups = await page.locator("#groups li").allInnerTexts();
  steps.hash = await page.evaluate(() => location.hash);
  const selected = () => page.getByRole("tab", { selected: true }).textContent();
  steps.selected = await selected();
  await page.locator("#retune").click();
  steps.refused = await becomes(page, "alert-words", "plug it in");
  await asked();
  await page.getByRole("tab", { name: "gate" }).focus();
  await press(page, "End");
  steps.last = [await becomes(page, "headline", "wrong"), await text(page, "notices")];
  steps.last_has_group = await page.locator("#groups-card").isVisible();
  await press(page, "Home");
  steps.first = await settled(selected, (name) => name.startsWith("lab"));
  return steps;
};

// A camera that is held on a style, and then on a taste.
const useKinds = async (page) => {
  const { kind, now, reached, found, queries, history } = service.status("lab");
  const of = (style_distance) => ({ style_distance });
  const [{ params }] = history;
  const scored = [1, 2, 3].map((index) => ({ index, params, score: of(0.05 / index), elapsed_ms: 4 }));
  service.play("lab", { kind: "style", now: of(0.0312), reached: of(0.03), found: of(0.09), queries: scored });
  const style = [await becomes(page, "headline", "0.0312"), await page.locator("#curve-style circle.best").count()];
  style.push(/distance of style/i.test(await text(page, "readings")));
  const unscored = scored.slice(0, 1).map((query) => ({ ...query, score: null }));
  service.play("lab", { kind: "taste", now: of(0.001), reached: of(0.0004), found: null, queries: unscored });
  const taste = [await becomes(page, "headline", "made of the scene"), await text(page, "curves")];
  service.play("lab", { kind, now, reached, found, queries });
  await becomes(page, "headline", "0.77");
  return { style, taste };
};

const useEvents = async (page) => {
  const steps = {};
  const source = () => page.locator(".compare .under").getAttribute("src");
  const { counts, now } = service.status("lab");
  const before = await source();
  copyFileSync(join(folder, "lab-found.jpg"), join(folder, "lab-live.jpg"));
  service.play("lab", {
    state: "drifting",
    paused: false,
    message: "<img src=x onerror=alert(1)> & more",
    now: { ...now, delta_e00: 3.14 },
    counts: { ...counts, measurements: counts.measurements + 1 },
  });
  steps.headline = await becomes(page, "headline", "3.1");
  steps.notice = await text(page, "notices");
  steps.markup = await page.locator("#notices img").count();
  steps.refreshed = (await settled(source, (now) => now !== before)) !== before;
  await service.stop();
  steps.lost = [await becomes(page, "connection", "lost"), await page.locator("body").getAttribute("class")];
  await shot(page, "page-lost");
  service.play("lab", { state: "holding", now: { ...now, delta_e00: 0.77 } });
  await service.start();
  steps.regained = [await becomes(page, "connection", "Connected"), await becomes(page, "headline", "0.77")];
  steps.kinds = await useKinds(page);
  return steps;
};

// What a screen reader or the keyboard would stumble over.
const barriers = (page) =>
  page.evaluate(() => {
    const nameOf = (element) =>
      element.getAttribute("aria-label") || element.textContent.trim() || element.labels?.[0]?.textContent;
    const controls = [...document.querySelectorAll("button, input, [role=tab]")];
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    const small = [...document.querySelectorAll("main button, main .meter, header button")]
      .map((element) => [element, element.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && Math.min(box.width, box.height) < 24);
    return {
      nameless: controls.filter((element) => !nameOf(element)).map((element) => element.outerHTML),
      twice: ids.filter((id, at) => ids.indexOf(id) !== at),
      dangling: [...document.querySelectorAll("[aria-labelledby], [aria-controls], [aria-describedby]")]
        .flatMap(({ attributes }) =>
          ["aria-labelledby", "aria-controls", "aria-describedby"].map((name) => attributes[name]?.value),
        )
        .filter((id) => id && !document.getElementById(id)),
      small: small.map(([element]) => element.outerHTML),
      moving: document.getAnimations().length,
    };
  });

try {
  const desktop = await open(1280, 900, { colorScheme: "light" });
  facts.token = await useToken(desktop);
  facts.views[1280] = await layout(desktop);
  facts.barriers = await barriers(desktop);
  await shot(desktop, "page-desktop");
  await desktop.emulateMedia({ colorScheme: "dark" });
  facts.dark_page = await desktop.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await shot(desktop, "page-desktop-dark");
  await desktop.emulateMedia({ colorScheme: "light" });

  facts.slider = await useSlider(desktop);
  await desktop.getByLabel("Found / live").check();
  facts.slider.found = await slider(desktop);
  await desktop.getByLabel("Live", { exact: true }).check();
  facts.alone = await desktop.locator(".compare .over").isVisible();

  facts.actions = await useActions(desktop);
  facts.parameters = await useParameters(desktop);
  facts.looks = await useLooks(desktop);
  facts.history = await useHistory(desktop);
  facts.tabs = await useTabs(desktop);
  facts.events = await useEvents(desktop);

  service.play("lab", recorded);
  const phone = await open(390, 844, { colorScheme: "light", hasTouch: true, isMobile: true });
  await enter(phone);
  facts.views[390] = await layout(phone);
  await shot(phone, "page-phone");
  facts.slider.touch = await touchSlider(phone);

  const narrow = await open(360, 740, { colorScheme: "dark", hasTouch: true, isMobile: true });
  await enter(narrow);
  facts.views[360] = await layout(narrow);
  await shot(narrow, "page-narrow-dark");
} finally {
  await browser.close();
  await service.stop();
}
writeFileSync(join(folder, "facts.json"), JSON.stringify(facts, null, 1));
