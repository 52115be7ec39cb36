// What `cargo xtask bench assessment` calls: households ranked, needs matched, one household's score. Our engine alone.
//
// What is held in memory is made before the clock runs, and the result is looked at after it.

import { Asking, Households, Needs, filesNamed, opened } from "./here.js";
import { median, timed } from "./clock.js";

/** How often what takes long is done: the first is told beside the median. */
const TIMES = 7;
/** How many records are read and opened at once. */
const BATCH = 1000;

export const measures = { rank, stored, match, ask, score };

function rank(engine, { n }) {
  const households = Households.made(n);
  const found = again(() => households.rank());
  households.check();
  return found;
}

/**
 * The same from an encrypted store as the app has it: AES-GCM with a key that can't be exported, an initialisation vector of its own and the
 * place authenticated for each record, in IndexedDB. `block` households lie in one record.
 */
async function stored(engine, { n, block }) {
  const made = Households.made(n);
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const place = (id) => new TextEncoder().encode(`doorstep\nhouseholds\n${id}\n1`);
  const database = await new Promise((done, failed) => {
    const request = indexedDB.open(`households-${block}`, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("households");
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const count = Math.ceil(n / block);
  for (let begin = 0; begin < count; begin += BATCH) {
    const ids = Array.from({ length: Math.min(BATCH, count - begin) }, (_, i) => begin + i);
    const sealed = await Promise.all(
      ids.map(async (id) => {
        const lines = Array.from({ length: Math.min(block, n - id * block) }, (_, i) => made.record(id * block + i));
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const cipher = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: place(id) }, key, joined(lines));
        return { iv, cipher };
      }),
    );
    const transaction = database.transaction("households", "readwrite");
    ids.forEach((id, i) => transaction.objectStore("households").put(sealed[i], id));
    await new Promise((done, failed) => {
      transaction.oncomplete = done;
      transaction.onabort = () => failed(transaction.error);
    });
  }
  made.free();
  const times = [];
  let places;
  while (times.length < 3) {
    const from = performance.now();
    const households = Households.none();
    for (let begin = 0; begin < count; begin += BATCH) {
      const range = IDBKeyRange.bound(begin, begin + BATCH, false, true);
      const kept = await new Promise((done, failed) => {
        const request = database.transaction("households").objectStore("households").getAll(range);
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
      const plain = await Promise.all(
        kept.map(({ iv, cipher }, i) => crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: place(begin + i) }, key, cipher)),
      );
      for (const lines of plain) households.take(new Uint8Array(lines));
    }
    places = households.rank();
    times.push(performance.now() - from);
    households.check();
    households.free();
  }
  database.close();
  indexedDB.deleteDatabase(`households-${block}`);
  return { ms: median(times), first: times[0], count: places, samples: 3, of: 3 };
}

/** Lines one after the other, each with its end. */
function joined(lines) {
  const bytes = new Uint8Array(lines.reduce((length, line) => length + line.length + 1, 0));
  let at = 0;
  for (const line of lines) {
    bytes.set(line, at);
    bytes[at + line.length] = 10;
    at += line.length + 1;
  }
  return bytes;
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
