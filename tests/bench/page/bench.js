// What `cargo xtask bench` calls: one measurement a call, on a page loaded anew for each.
//
// Times are milliseconds. What is measured, DESIGN.md §6 says: settled means that every changed value was read back as
// its string, and an answer's time is the median of 200 alternating answers. Where a peer would take minutes, it gets
// `budget` milliseconds and the row says how many of the 200 it came to.

import * as assessment from "./assessment.js";
import { isShort, median, timed } from "./clock.js";
import * as here from "./here.js";
import { surveyFrom } from "./convert.js";

const engines = { here: () => here, odk: () => import("./odk.js"), surveyjs: () => import("./surveyjs.js") };
/** How long forms are loaded before a load is measured, by any engine. */
const WARM_UP = 1000;
/** How long adding repeats may take before one is measured, where it can be looked at in between. */
const PATIENCE = 20000;

window.measure = async (spec) => {
  try {
    const engine = await engines[spec.engine]();
    return await measures[spec.measure](engine, spec);
  } catch (error) {
    return { error: String(error?.message ?? error), stack: String(error?.stack ?? "") };
  }
};

const measures = { load, answer, add, addAll, fill, memory, growth, ...assessment.measures };

async function textOf({ engine, shape, n, file }) {
  if (file) {
    const text = await (await fetch(file)).text();
    return engine === "surveyjs" ? surveyFrom(text, (await engines.surveyjs()).parses) : text;
  }
  return here.generated(engine, shape, n);
}

/**
 * From text to the first answer possible: the first on its page, or warm. Warm is the median of seven after a second of loads: engines that
 * are quick come to no more of them than slow ones before their code is compiled in earnest.
 */
async function load(engine, spec) {
  const text = await textOf(spec);
  const once = async () => {
    const from = performance.now();
    const form = await engine.open(text);
    const time = performance.now() - from;
    form.close();
    return time;
  };
  if (spec.first) return { ms: await once(), samples: 1, of: 1 };
  const until = async (count, budget) => {
    const times = [];
    const begun = performance.now();
    while (times.length < 1 || (times.length < count && performance.now() - begun < budget)) times.push(await once());
    return times;
  };
  await until(Infinity, WARM_UP);
  const times = await until(7, spec.budget);
  return { ms: median(times), samples: times.length, of: 7 };
}

/** One answer, settled. */
async function answer(engine, spec) {
  const text = await textOf(spec);
  if (text === null) return { none: true };
  const form = await engine.open(text);
  if (spec.repeats) form.grow("/data/m", spec.repeats - 1, PATIENCE);
  const give = form.answering(spec.path, reads(spec), spec.choices);
  return { ...timed(give, spec), failed: expect(form, spec) };
}

function reads({ reads: names, reads_to, prefix }) {
  return names ?? Array.from({ length: reads_to ?? 0 }, (_, i) => `${prefix}${i + 1}`);
}

/** What is wrong with the values, if anything: a fast answer that is wrong is none. */
function expect(form, { expected, offered, choices }) {
  for (const [path, value] of Object.entries(expected ?? {})) {
    const found = form.value(path);
    if (Number(found) !== Number(value)) return `${path} is ${found}, not ${value}`;
  }
  if (offered && form.offered(choices) !== offered) return `${form.offered(choices)} choices are offered, not ${offered}`;
  return null;
}

/** One more repeat where there are nearly `n`. */
async function add(engine, spec) {
  const text = await textOf(spec);
  if (text === null) return { none: true };
  const form = await engine.open(text);
  const last = spec.last ?? 20;
  form.grow("/data/m", spec.n - last - 1, PATIENCE);
  const more = form.adding("/data/m", reads(spec));
  const times = [];
  const begun = performance.now();
  while (times.length < last && (times.length < 3 || performance.now() - begun < spec.budget)) {
    const from = performance.now();
    more();
    times.push(performance.now() - from);
  }
  const failed = times.length === last ? expect(form, spec) : null;
  let ms = median(times);
  if (isShort(ms)) {
    // The median of handfuls, since one is shorter than the clock's step.
    const handfuls = Array.from({ length: 5 }, () => {
      const from = performance.now();
      for (let i = 0; i < 10; i++) more();
      return (performance.now() - from) / 10;
    });
    ms = median(handfuls);
  }
  return { ms, samples: times.length, of: last, failed };
}

/** All repeats up to `n`, one by one: the sum. */
async function addAll(engine, spec) {
  const text = await textOf(spec);
  if (text === null) return { none: true };
  let sum, repeats = 0;
  const sums = [];
  // What is short is done again and again: the median of the sums.
  const begun = performance.now();
  do {
    const form = await engine.open(text);
    const more = form.adding("/data/m", reads(spec));
    const from = performance.now();
    let count = 1;
    while (count < spec.n && (count % 16 || performance.now() - from < spec.budget)) {
      more();
      count++;
    }
    sum = performance.now() - from;
    if (count < spec.n) return { ms: sum, samples: count, of: spec.n };
    const failed = expect(form, spec);
    if (failed) return { failed };
    sums.push(sum);
    form.close();
  } while (++repeats < 9 && performance.now() - begun < 1000);
  return { ms: median(sums), samples: spec.n, of: spec.n };
}

/** Opens a form and keeps it; the caller looks at the heap before and after. */
async function memory(engine, spec) {
  if (spec.step === "before") {
    window.text = await textOf(spec);
    return { linear: here.linearMemory() };
  }
  window.form = await engine.open(window.text);
  window.text = null;
  return { linear: here.linearMemory() };
}

/** Every question that takes typed text, answered four times: the mean, since one is shorter than the clock's step. */
async function fill(engine, spec) {
  const text = await textOf(spec);
  const asked = (await here.open(await textOf({ ...spec, engine: "here" }))).questions();
  const form = await engine.open(text);
  let [time, answers, questions] = [0, 0, 0];
  const begun = performance.now();
  for (const [kind, path] of asked) {
    const values = kind === "number" ? ["1", "2", "1", "2"] : ["a", "b", "a", "b"];
    try {
      const give = form.answering(path, []);
      const from = performance.now();
      values.forEach(give);
      time += performance.now() - from;
    } catch {
      // A question that an engine doesn't know, or whose values it refuses, is none of this.
      continue;
    }
    answers += values.length;
    questions++;
    if (performance.now() - begun > spec.budget) break;
  }
  return answers ? { ms: time / answers, samples: questions, of: asked.length } : { none: true };
}

/** The exponent of one operation's time over n: the slope of the line through the logarithms. */
async function growth(engine, spec) {
  const points = [];
  for (const n of spec.sizes) {
    const at = { ...spec, ...spec.at, n, reads_to: spec.at.reads_to && n, repeats: spec.at.repeats && n };
    try {
      const found = await measures[spec.of](engine, at);
      if (found.failed || found.none) return found;
      points.push([n, found.ms]);
    } catch (error) {
      // Sizes that are out of reach are left out, if there is a line all the same.
      if (points.length < 3) throw error;
      break;
    }
  }
  const logs = points.map(([n, ms]) => [Math.log(n), Math.log(ms)]);
  const mean = (i) => logs.reduce((sum, point) => sum + point[i], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const over = logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  const exponent = over / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
  return { ms: points.at(-1)[1], exponent, points };
}

window.ready = true;
