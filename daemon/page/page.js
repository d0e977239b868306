// The page of the service: listens to the cameras, shows one of them, and passes on what a person asks.

import { showCameras } from "./cameras.js";
import { showCurves } from "./curve.js";
import { askToken } from "./dialog.js";
import { byId, write } from "./element.js";
import { showGroups } from "./groups.js";
import { showHead } from "./head.js";
import { showHistory } from "./history.js";
import { Looks } from "./looks.js";
import { Parameters } from "./parameters.js";
import { showPictures } from "./pictures.js";
import { hidePlan, showPlan } from "./plan.js";
import { Service } from "./service.js";
import { sentence } from "./words.js";

// Between two attempts to reach the service again.
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [1000, 15_000];
// Between two readings of all cameras and looks.
const RELOAD_MS = 60_000;
// How long a confirmation stands.
const SAID_MS = 5000;

const service = new Service(askToken);
// Name → newest status, in the order of the service.
const cameras = new Map();
// As they were last read.
let groups = [];
let chosen = "";
let isDrawing = false;

const draw = () => {
  isDrawing = false;
  const status = cameras.get(chosen) ?? cameras.values().next().value;
  byId("camera").hidden = !status;
  showCameras([...cameras.values()], status?.name, choose);
  if (!status) return;
  chosen = status.name;
  showHead(status);
  showCurves(status);
  looks.show(status);
  showHistory(status, revert);
  showGroups(groups, status.name);
  parameters.show(status);
  showPictures(service, status, looks.edition, refuse);
};

// Several events of one moment are drawn once.
const drawSoon = () => {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(draw);
};

const choose = (name) => {
  chosen = name;
  history.replaceState(null, "", name ? `#${encodeURIComponent(name)}` : ".");
  hidePlan();
  dismiss();
  drawSoon();
};

const dismiss = () => {
  byId("alert").hidden = true;
  write(byId("alert-words"), "");
};

let saidUntil;
const say = (words) => {
  dismiss();
  write(byId("said"), `${words}.`);
  clearTimeout(saidUntil);
  saidUntil = setTimeout(() => write(byId("said"), ""), SAID_MS);
};

const refuse = (error) => {
  write(byId("said"), "");
  byId("alert").hidden = false;
  write(byId("alert-words"), sentence(error.message));
};

// Runs a call and says how it went; whether it was done.
const act = async (words, call) => {
  try {
    await call();
    say(words);
    return true;
  } catch (error) {
    refuse(error);
    return false;
  }
};

const looks = new Looks(service, act, drawSoon);
const parameters = new Parameters(service, act);

const ask = (verb, body) =>
  service.call("POST", `cameras/${encodeURIComponent(chosen)}/${verb}`, body);

const retune = () => {
  hidePlan();
  return act(`${chosen} is tuned`, () => ask("retune"));
};

const revert = ({ at_ms }) => act("The earlier setting is put back", () => ask("revert", { at_ms }));

const plan = async () => {
  const { name } = cameras.get(chosen);
  try {
    const answer = await ask("plan");
    if (name === chosen) showPlan(cameras.get(name), answer, retune);
  } catch (error) {
    refuse(error);
  }
};

const hold = () =>
  cameras.get(chosen).paused
    ? act(`${chosen} is kept on its look again`, () => ask("resume"))
    : act(`${chosen} is left as it is`, () => ask("hold"));

const restore = () =>
  act(`${chosen} stands as it was found, until you resume`, () => ask("restore"));

for (const [id, deed] of Object.entries({ retune, plan, hold, restore })) {
  const button = byId(id);
  button.addEventListener("click", async () => {
    // Not `disabled`, which would lose the focus.
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    await deed();
    button.removeAttribute("aria-disabled");
  });
}
byId("dismiss").addEventListener("click", dismiss);
document.addEventListener("visibilitychange", drawSoon);
const followAddress = () => {
  try {
    choose(decodeURIComponent(location.hash.slice(1)));
  } catch {
    // An address that nobody's link leads to.
  }
};
addEventListener("hashchange", followAddress);
followAddress();

const connected = (is, words) => {
  byId("connection").className = is ? "live" : "lost";
  write(byId("connection"), words);
  document.body.classList.toggle("stale", !is);
};

const heard = (status) => {
  const known = cameras.get(status.name);
  // What was read a moment ago may be newer than what was on its way.
  if (known && known.revision > status.revision) return;
  cameras.set(status.name, status);
  drawSoon();
};

// Reads all cameras, groups and looks: events do not tell of those that are gone.
const load = async () => {
  const answer = await service.call("GET", "status");
  const names = answer.cameras.map(({ name }) => name);
  for (const name of cameras.keys()) if (!names.includes(name)) cameras.delete(name);
  answer.cameras.forEach(heard);
  byId("no-cameras").hidden = names.length > 0;
  write(byId("about"), `isptuned ${answer.version}`);
  drawSoon();
  // Cameras are shown without their looks and groups, too.
  await looks.load().catch(refuse);
  ({ groups } = await service.call("GET", "groups"));
  drawSoon();
};
setInterval(() => load().catch(() => {}), RELOAD_MS);

const opened = async () => {
  // The revisions of a service that was started anew begin anew.
  cameras.clear();
  dismiss();
  await load();
  connected(true, "Connected");
};

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
  let reason = "the connection was closed";
  try {
    await service.listen(async () => {
      await opened();
      wait = FIRST_WAIT_MS;
    }, heard);
  } catch (error) {
    reason = error.message;
  }
  connected(false, "Connection lost; trying again…");
  byId("connection").title = reason;
  await pause(wait);
}
