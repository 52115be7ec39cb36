// Given to every document before its own scripts, with `SPEC = {who, form}` before it: fills in a form as a person does, and says when.
//
// Kept here: the same for all. Times are the page's own clock, from the navigation on; a frame has passed before anything counts as shown. Only how a
// question is found differs, since each app has elements of its own.

const page = (name) => name.split("_")[0];

/** How each shows a question, its repeat's instances and the way on; `start` leads to the form where there is more than that to see first. */
const APPS = {
  doorstep: {
    start: () => document.querySelector(`[data-form='${SPEC.form}']`),
    question: (name) => document.querySelector(`.page-body [data-name='${name}'][data-control]`),
    instances: () => document.querySelectorAll(".instance").length,
    next: () => document.querySelector("[data-action=next]"),
    any: () => document.querySelector(".page-body [data-control]"),
  },
  odk: {
    question: (name) => label(name)?.closest(".question-container"),
    instances: () => labels("m_name").length,
    any: () => document.querySelector(".question-container"),
  },
  enketo: {
    question: (name) => document.querySelector(`[name='/data/${page(name)}/${name}']`)?.closest(".question"),
    instances: () => document.querySelectorAll("[name='/data/p2/m/m_name']").length,
    next: () => document.querySelector(".next-page"),
    any: () => document.querySelector(".question"),
  },
  surveyjs: {
    question: (name) => document.querySelector(`.sd-question[data-name='${name}']`),
    instances: () => document.querySelectorAll(".sd-question[data-name='m_name']").length,
    next: () => document.querySelector(".sd-navigation__next-btn"),
    any: () => document.querySelector(".sd-question"),
  },
  bare: {
    question: (name) => document.querySelector(`[data-name='${name}']`),
    instances: () => 0,
    next: () => [...document.querySelectorAll(".next")].find(isSeen),
    any: () => document.querySelector("[data-name]"),
  },
};

/** What is answered on each page, in order; the choices that show another question come before it. */
const ANSWERS = [
  ["q1", "30"], ["q2", "Li"], ["q3", { choice: "yes" }], ["q4", "so"], ["q5", { choice: "r2" }], ["q6", { choice: "r3" }], ["q7", "7"], ["q9", "5"],
  ["q10", "4"], ["q11", { choice: "no" }], ["q12", "no"], ["q16", "ok"], ["q17", "3"], ["q18", { choice: "s2" }], ["q19", "me"], ["q20", "us"],
];

const labels = (name) => [...document.querySelectorAll(".question-container label")].filter((it) => it.textContent.startsWith(`${name} `));
const label = (name) => labels(name)[0];
const frame = () => new Promise(requestAnimationFrame);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const isSeen = (element) => !!element && element.getClientRects().length > 0;

/** How long anything may take, in milliseconds. */
const PATIENCE = 120_000;

async function until(holds) {
  const begun = performance.now();
  while (performance.now() - begun < PATIENCE) {
    const found = holds();
    if (found) return found;
    await frame();
  }
  throw new Error(`waited in vain until ${holds}`);
}

/** A frame was painted, and no task waits. */
async function painted() {
  await frame();
  await frame();
  await wait(0);
}

/** All that an answer set going has been done: some apps count and keep a little later. */
async function settled() {
  await painted();
  await wait(150);
  await painted();
}

const fieldOf = (question) => question?.querySelector("input:not([type=radio]):not([type=checkbox]), textarea");

/** Key by key, as a keyboard does; a control that takes a key itself says so by preventing it. */
function type(field, text) {
  field.focus();
  for (const key of text) {
    const code = key.charCodeAt(0);
    const told = (kind) => field.dispatchEvent(new KeyboardEvent(kind, { key, keyCode: code, charCode: code, bubbles: true, cancelable: true }));
    if (told("keydown") && told("keypress")) document.execCommand("insertText", false, key);
    told("keyup");
  }
  field.blur();
}

const app = APPS[SPEC.who];

/** The way to the form, then its first question: there, typed into, and the answer taken, which another question that appears proves. */
async function started() {
  const times = {};
  if (app.start) {
    const way = await until(() => isSeen(app.start()) && app.start());
    times.home = performance.now();
    way.click();
  }
  if (SPEC.form !== "large") {
    await until(() => isSeen(app.any()));
    await frame();
    return { ...times, usable: performance.now() };
  }
  const field = await until(() => { const it = fieldOf(app.question("p1_q1")); return isSeen(it) && it; });
  times.seen = performance.now();
  let typed = -Infinity;
  await until(() => {
    if (isSeen(app.question("p1_q2"))) return true;
    // Not taken: the app was not ready yet. As soon as one would try again.
    const now = performance.now();
    if (now - typed > 100) {
      const current = fieldOf(app.question("p1_q1")) ?? field;
      current.focus();
      current.select?.();
      document.execCommand("delete");
      type(current, "30");
      typed = performance.now();
    }
    return false;
  });
  await frame();
  return { ...times, usable: performance.now() };
}

/** Answers a page; each answer is between two marks in the trace. */
async function fill(number) {
  let count = 0;
  await settled();
  for (const [name, answer] of ANSWERS) {
    if (number === 1 && name === "q1") continue;
    const question = await until(() => { const it = app.question(`p${number}_${name}`); return isSeen(it) && it; });
    question.scrollIntoView({ block: "center" });
    const give = answer.choice
      ? ((choice) => () => choice.click())(question.querySelector(`input[value='${answer.choice}']`).closest("label"))
      : ((field) => () => type(field, answer))(fieldOf(question));
    await painted();
    performance.mark("answer-begins");
    give();
    await painted();
    performance.mark("answer-painted");
    await settled();
    performance.mark("answer-ends");
    count += 1;
  }
  // Whether they were taken: a question that depends on the last but few, and a sum.
  if (!isSeen(app.question(`p${number}_q12`))) throw new Error(`page ${number} did not take its answers`);
  return count;
}

/** On to that page: how long until its first question is there. */
async function next(number) {
  if (!app.next) return null;
  performance.mark("page-begins");
  const begun = performance.now();
  app.next().click();
  await until(() => isSeen(app.question(`p${number}_q1`)));
  await painted();
  const took = performance.now() - begun;
  performance.mark("page-ends");
  return took;
}

/** So many instances: how long making them takes, and then opening their page; where all is one page, the one includes the other. */
async function repeat(count) {
  const field = fieldOf(app.question("p1_q1"));
  await settled();
  const begun = performance.now();
  type(field, String(count));
  if (!app.next) await until(() => app.instances() === count);
  await painted();
  const made = performance.now() - begun;
  await settled();
  if (!app.next) return { made, opened: null };
  const left = performance.now();
  app.next().click();
  await until(() => app.instances() === count);
  await painted();
  return { made, opened: performance.now() - left };
}

/** Wasm's memory, which is not in JavaScript's heap; there is none until something of it is started. */
let linear = null;
for (const name of ["instantiate", "instantiateStreaming"]) {
  const real = WebAssembly[name];
  WebAssembly[name] = async (...given) => {
    const made = await real.apply(WebAssembly, given);
    linear ??= (made.instance ?? made).exports.memory;
    return made;
  };
}

if (location.protocol.startsWith("http") && window === window.top) {
  window.bench = { started: started(), fill, next, repeat, linear: () => linear?.buffer.byteLength ?? 0 };
}
