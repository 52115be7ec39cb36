// What `cargo xtask bench assessment` calls: households ranked, needs matched, one household's score. Our engine alone.
//
// What is held in memory is made before the clock runs, and the result is looked at after it.

import { Asking, Households, Needs, filesNamed, opened } from "./here.js";
import { median, timed } from "./clock.js";

/** How often what takes long is done: the first is told beside the median. */
const TIMES = 7;

export const measures = { rank, match, ask, score };

function rank(engine, { n }) {
  const households = Households.made(n);
  const found = again(() => households.rank());
  households.check();
  return found;
}

function match(engine, { n, providers, room, differ }) {
  const needs = Needs.made(n, providers, room, differ);
  const found = again(() => needs.allocate());
  needs.check();
  return found;
}

function ask(engine, { n, providers }) {
  const asking = Asking.made(n, providers);
  return again(() => asking.match_and_place());
}

function again(work) {
  let count;
  const times = Array.from({ length: TIMES }, () => {
    const from = performance.now();
    count = work();
    return performance.now() - from;
  });
  return { ms: median(times), first: times[0], count, samples: TIMES, of: TIMES };
}

/** One scored answer, every value that changed and every measure read back. */
async function score(engine, spec) {
  const form = await household(spec);
  const place = form.place(spec.path);
  const before = form.outcome(spec.measured);
  form.score(place, spec.values[0]);
  if (form.outcome(spec.measured) === before) return { failed: `${spec.path} does not change ${spec.measured}` };
  let count;
  const found = timed((value) => (count = form.score(place, value)), spec);
  const after = form.outcome(spec.measured);
  if (after !== before) return { failed: `${spec.measured} is ${after}, not ${before}` };
  return { ...found, count };
}

/** A form with the files that it names, answered as one of its cases says. */
async function household({ form, of }) {
  const text = async (path) => {
    const answer = await fetch(new URL(path, new URL(form, location.href)));
    return answer.ok ? answer.text() : null;
  };
  const main = await text("");
  const names = filesNamed(main);
  const files = await Promise.all(names.map(text));
  // A catalogue may do without some of its files.
  const there = names.map((name, i) => [name, files[i]]).filter(([, file]) => file !== null);
  return opened(main, there, await text(of));
}
