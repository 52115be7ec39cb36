// Doorstep's engine, by the wasm that tests/bench/wasm is built to.

import init, { Opened, files_named, survey_js, xform } from "/wasm/doorstep_bench.js";

export { Asking, Households, Needs } from "/wasm/doorstep_bench.js";

const wasm = await init();

/** The generated form as text: an XForm, or what SurveyJS has in its place; null where it has nothing. */
export const generated = (engine, shape, n) => (engine === "surveyjs" ? survey_js : xform)(shape, n) ?? null;

export const linearMemory = () => wasm.memory.buffer.byteLength;

export async function open(text) {
  return new Here(Opened.load(new TextEncoder().encode(text)));
}

/** The files that a form names. */
export const filesNamed = (form) => files_named(form);

/** A form with its files, as pairs of name and text, answered as a case of it says. */
export const opened = (form, files, of) =>
  new Here(Opened.case(form, files.map(([name]) => name), files.map(([, text]) => text), of));

class Here {
  constructor(opened) {
    this.opened = opened;
    this.places = new Map();
  }

  place(path) {
    let place = this.places.get(path);
    if (place === undefined) this.places.set(path, (place = this.opened.place(path)));
    return place;
  }

  /** What the engine says has changed is read back within: `reads` is for engines that don't say. */
  answering(path, reads, choices) {
    const { opened } = this;
    const place = this.place(path);
    const offering = choices && this.place(choices);
    return (value) => {
      opened.answer(place, value);
      if (choices) opened.choices(offering);
    };
  }

  adding(path, reads) {
    const { opened } = this;
    const place = this.place(path);
    return () => opened.add_repeat(place);
  }

  /** Adds as many instances, but for no longer than `patience` milliseconds. */
  grow(path, count, patience) {
    const add = this.adding(path);
    const begun = performance.now();
    for (let i = 0; i < count; i++) {
      if (i % 16 === 0 && performance.now() - begun > patience) throw new Error(`${i} repeats took too long to go on to ${count}`);
      add();
    }
  }

  offered(path) {
    return this.opened.choices(this.place(path));
  }

  value(path) {
    return this.opened.value(this.place(path));
  }

  /** Gives an answer to a place, and reads what the measures come to; says how many they are. */
  score(place, value) {
    return this.opened.score(place, value);
  }

  outcome(measure) {
    return this.opened.outcome(measure);
  }

  questions() {
    const lines = this.opened.questions().split("\n").filter(Boolean);
    return lines.map((line) => line.split(" "));
  }

  close() {
    this.opened.free();
  }
}
