// Gives answer sets to ODK Web Forms' engine, and compares what its measures come to with what came of them here.

import { loadForm } from "/peers/@getodk/xforms-engine/dist/index.js";

const options = {
  fetchFormAttachment: async () => new Response("", { status: 404 }),
  missingResourceBehavior: "BLANK",
};

/** How many differences are told. */
const TOLD = 5;

let open = null;

/** Runs the sets `from` to `to` of a form: `{sets, measures, answers, refused, differences, told}`. */
window.compare = async ({ name, from, to, budget }) => {
  const begun = performance.now();
  if (open?.name !== name) {
    const [xml, data] = await Promise.all([`/data/${name}.xml`, `/data/${name}.json`].map((url) => fetch(url).then((found) => found.text())));
    const form = await loadForm(xml, options);
    if (form.status === "failure") throw form.error;
    open = { name, form, data: JSON.parse(data) };
  }
  const { form, data } = open;
  const found = { sets: 0, measures: data.measures.length, answers: 0, refused: {}, differences: 0, told: [], next: from };
  for (let at = from; at < Math.min(to, data.sets.length); at++) {
    const { acts, came } = data.sets[at];
    const { root } = form.createInstance();
    for (const act of acts) {
      try {
        perform(root, act);
        found.answers++;
      } catch (error) {
        const why = `${act[1]}: ${error.message ?? error}`;
        found.refused[why] = (found.refused[why] ?? 0) + 1;
      }
    }
    data.measures.forEach(([measure, path], index) => {
      const [state, expected] = came[index];
      const given = valueAt(root, path);
      if (same(expected, given)) return;
      found.differences++;
      if (found.told.length < TOLD) found.told.push({ set: at, measure, state, expected, given, acts, steps: stepsOf(root, measure) });
    });
    found.sets++;
    found.next = at + 1;
    if (performance.now() - begun > budget) break;
  }
  found.done = found.next >= Math.min(to, data.sets.length);
  return found;
};

function perform(root, [what, path, value]) {
  const node = nodeAt(root, path);
  if (!node) throw new Error("it is not there");
  if (what === "instances") {
    const count = node.currentState.children.length;
    if (count < value) node.addInstances(undefined, value - count);
    if (count > value) node.removeInstances(value, count - value);
    return;
  }
  switch (node.nodeType) {
    case "select":
      return node.selectValues(value === "" ? [] : value.split(" "));
    case "rank":
      return node.setValues(value === "" ? [] : value.split(" "));
    case "trigger":
      return node.setValue(value === "OK");
    case "upload":
      return;
    default:
      return node.setValue(value);
  }
}

/** The node at a path, `/data/m[2]/amount`, found by walking down. */
function nodeAt(root, path) {
  let node = root;
  for (const step of path.split("/").slice(2)) {
    const [, name, position] = step.match(/^([^[]+)(?:\[(\d+)\])?$/);
    node = node.currentState.children.find((child) => child.currentState.reference.endsWith("/" + name));
    if (!node) return null;
    if (position) node = node.currentState.children[position - 1];
    if (!node) return null;
  }
  return node;
}

function valueAt(root, path) {
  const node = nodeAt(root, path);
  if (!node) return null;
  if (!node.currentState.relevant) return "";
  const { value } = node.currentState;
  return value === null || value === undefined ? "" : String(value);
}

/** What stands in the nodes on the way to a measure. */
function stepsOf(root, measure) {
  const group = root.currentState.children.find((child) => child.currentState.reference.includes("/assessment_steps"));
  const steps = group?.currentState.children.filter((child) => child.currentState.reference.includes(`/${measure}_`)) ?? [];
  return Object.fromEntries(steps.map((step) => [step.currentState.reference.split("/").pop(), String(step.currentState.value)]));
}

/** Numbers are the same to 1e-12. */
function same(expected, given) {
  if (expected === given) return true;
  if (expected === "" || given === "" || given === null) return false;
  const [a, b] = [Number(expected), Number(given)];
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

window.ready = true;
