// Numbers and states in plain words, as in the report.

// Up to this mean ΔE00 two pictures count as matching, up to the next as close.
const MATCH_BELOW = 2;
const CLOSE_BELOW = 5;
const FAULT_KINDS = {
  absent: "camera not there",
  in_use: "camera used by another program",
  device: "camera failed",
  configuration: "configuration not usable",
  tune: "tune ended early",
};

// A colour difference: two decimals below 1, so that small ones are not all 0.0.
export const delta = (value) => {
  if (!Number.isFinite(value)) return "–";
  return value.toFixed(value < 0.995 ? 2 : 1);
};

// Decibels; equal pictures are exact.
export const decibels = (value) => {
  if (!Number.isFinite(value)) return "–";
  return value >= 99.95 ? "exact" : `${value.toFixed(1)} dB`;
};

// A distance of style, in parts of the range of luma.
export const apart = (value) => (Number.isFinite(value) ? value.toFixed(4) : "–");

// Whether a score is one of style, which has no pixels to compare.
export const isOfStyle = (score) => score?.style_distance !== undefined;

// How far a picture is from the look, in the unit of the look's kind.
export const distance = (score) =>
  isOfStyle(score) ? `${apart(score.style_distance)} in style` : `${delta(score.delta_e00)} ΔE₀₀`;

export const similarity = (value) => (Number.isFinite(value) ? value.toFixed(4) : "–");

// With a sign, and a real minus.
export const signed = (value, decimals = 2) => {
  const written = Math.abs(value).toFixed(decimals);
  if (Number(written) === 0) return written;
  return (value < 0 ? "−" : "+") + written;
};

// A number in a pipeline's own unit.
export const native = (value, unit) => {
  const size = Math.abs(value);
  const decimals = size >= 1000 ? 0 : size >= 10 ? 1 : 3;
  const written = value.toFixed(decimals).replace("-", "−");
  return unit ? `${written} ${unit}` : written;
};

// `red_gain` → "Red gain"
export const label = (name) => {
  const spaced = name.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};

// A message of the service as a sentence of its own.
export const sentence = (text) => {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
};

// "1 query", "3 queries"
export const count = (number, one, many = `${one}s`) =>
  `${number.toLocaleString()} ${number === 1 ? one : many}`;

// Time of day, with the day where it is another.
export const moment = (milliseconds) => {
  const time = new Date(milliseconds);
  const today = time.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "short" };
  return time.toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit" });
};

export const faultKind = (kind) => FAULT_KINDS[kind] ?? kind.replaceAll("_", " ");

// good, fair or poor
export const verdict = (deltaE) => {
  if (deltaE <= MATCH_BELOW) return "good";
  return deltaE <= CLOSE_BELOW ? "fair" : "poor";
};

const MEANINGS = {
  good: "Beside the look, a difference shows to a close eye only, if at all.",
  fair: "Close; beside the look, the difference shows.",
  poor: "The difference from the look is plain to see.",
};

// A style is seldom reached, and a taste has no goal: there is no verdict on either.
const keptInStyle = ({ kind, look, now }) =>
  kind === "taste"
    ? {
        title: `Holds what ${look} made of the scene`,
        meaning: `The picture has moved ${apart(now.style_distance)} since. In another light the policy is asked anew.`,
        tone: "good",
      }
    : {
        title: `Holds the style of ${look} within ${apart(now.style_distance)}`,
        meaning: "Tones and colours are as near to the look's as the camera came, whatever it shows.",
        tone: "good",
      };

const kept = (status) => {
  if (!status.look) {
    return {
      title: "Holds its setting",
      meaning: "No look is chosen: choose one, and the camera is tuned to it.",
      tone: "plain",
    };
  }
  if (!status.now) {
    return { title: `Holds ${status.look}`, meaning: "Not measured yet.", tone: "plain" };
  }
  if (isOfStyle(status.now)) return keptInStyle(status);
  const difference = distance(status.now);
  const tone = verdict(status.now.delta_e00);
  const title =
    tone === "poor"
      ? `Holds ${difference} from ${status.look}`
      : `Holds ${status.look} within ${difference}`;
  return { title, meaning: MEANINGS[tone], tone };
};

const tuning = ({ kind, look, queries }) => ({
  title: kind === "taste" ? `Asks ${look} what it makes of the scene` : `Tunes to ${look ?? "its look"}`,
  meaning: queries.length
    ? `${count(queries.length, "query", "queries")} made. ${
        kind === "taste"
          ? "What the policy names is kept unless it clips or posterises."
          : "What is found is kept only if it measures better than what stands."
      }`
    : "The first query is being made.",
  tone: "work",
});

const drifting = ({ kind, look, now, reached }) => ({
  title: now
    ? `Has moved ${distance(now)} from ${look ?? "its look"}`
    : `Has moved away from ${look ?? "its look"}`,
  meaning:
    kind === "taste"
      ? "If it stays away, the policy is asked again."
      : (reached ? `It was ${isOfStyle(reached) ? apart(reached.style_distance) : delta(reached.delta_e00)} when it was tuned. ` : "") +
        "If it stays away, the camera is tuned again.",
  tone: "fair",
});

const HEADLINES = {
  waiting: () => ({
    title: "Waits for the camera",
    meaning: "It goes on by itself as soon as the camera is there.",
    tone: "fair",
  }),
  measuring: ({ look }) => ({
    title: look ? `Compares the picture with ${look}` : "Takes a first picture",
    meaning: "Nothing is changed meanwhile.",
    tone: "work",
  }),
  tuning,
  holding: kept,
  drifting,
  busy: () => ({
    title: "Another program uses the camera",
    meaning: "It goes on by itself as soon as that program lets go of it.",
    tone: "fair",
  }),
  faulted: () => ({
    title: "Something is wrong with the camera",
    meaning: "It is tried again from time to time.",
    tone: "poor",
  }),
  paused: () => ({
    title: "Left as it is",
    meaning: "Nothing is changed until you resume.",
    tone: "plain",
  }),
};

// What a camera is doing: a title, what it means, and good, fair, poor, work or plain.
export const headline = (status) => {
  const words = HEADLINES[status.state];
  return words ? words(status) : { title: label(status.state), meaning: "", tone: "plain" };
};
