// An XForm as SurveyJS JSON: the same questions, words, choices and conditions, as far as SurveyJS can say them.
//
// What it can't say is left out, which is in its favour: it then has less to load.

/** `parses` says whether SurveyJS reads an expression. */
export function surveyFrom(xform, parses) {
  const document = new DOMParser().parseFromString(xform, "text/xml");
  const all = (name) => [...document.getElementsByTagNameNS("*", name)];
  const binds = new Map(all("bind").map((bind) => [bind.getAttribute("nodeset"), bind]));
  const form = { document, binds, words: itext(all("translation")), controls: new Map(), parses };
  const body = all("body")[0];
  for (const control of body.querySelectorAll("[ref]")) form.controls.set(control.getAttribute("ref"), control.localName);
  const elements = [...body.children].flatMap((child) => element(form, child));
  for (const [path, bind] of binds) {
    const expression = said(form, bind.getAttribute("calculate"));
    if (expression && !form.controls.has(path)) elements.push({ type: "expression", name: named(path), expression, visible: false });
  }
  return JSON.stringify({ elements });
}

/** By id: the words by language. */
function itext(translations) {
  const words = new Map();
  for (const translation of translations) {
    const language = translation.getAttribute("lang");
    for (const text of translation.children) {
      const id = text.getAttribute("id");
      const plain = [...text.children].find((value) => !value.hasAttribute("form"));
      if (!words.has(id)) words.set(id, { default: plain?.textContent ?? "" });
      words.get(id)[language] = plain?.textContent ?? "";
    }
  }
  return words;
}

const named = (path) => path.slice(1).replaceAll("/", "_");
const child = (element, name) => [...element.children].find((child) => child.localName === name);

function words(form, element) {
  const id = element?.getAttribute("ref")?.match(/^jr:itext\('(.*)'\)$/)?.[1];
  return form.words.get(id) ?? element?.textContent.trim() ?? "";
}

function element(form, control) {
  const path = control.getAttribute("ref") ?? control.getAttribute("nodeset") ?? "";
  const bind = form.binds.get(path);
  const common = { name: named(path), title: words(form, child(control, "label")) };
  const visibleIf = said(form, bind?.getAttribute("relevant"));
  if (visibleIf) common.visibleIf = visibleIf;
  const inside = () => [...control.children].flatMap((child) => element(form, child));
  switch (control.localName) {
    case "group":
      return path || child(control, "label") ? [{ type: "panel", ...common, elements: inside() }] : inside();
    case "repeat":
      return [{ type: "paneldynamic", ...common, panelCount: 1, templateElements: inside() }];
    case "input":
    case "range":
    case "trigger":
    case "upload":
    case "select":
    case "select1":
      return [{ ...common, ...kind(control, bind), ...rules(form, control, bind), ...choices(form, control) }];
    default:
      return [];
  }
}

function kind(control, bind) {
  const types = { int: "number", decimal: "number", date: "date", time: "time", dateTime: "datetime-local" };
  switch (control.localName) {
    case "select":
      return { type: "checkbox" };
    case "select1":
      return { type: "radiogroup" };
    case "trigger":
      return { type: "boolean" };
    default:
      return { type: "text", inputType: types[bind?.getAttribute("type")?.replace("xsd:", "")] ?? "text" };
  }
}

function rules(form, control, bind) {
  const rules = {};
  const hint = child(control, "hint");
  if (hint) rules.description = words(form, hint);
  if (bind?.getAttribute("required") === "true()") rules.isRequired = true;
  if (bind?.getAttribute("readonly") === "true()") rules.readOnly = true;
  const holds = said(form, bind?.getAttribute("constraint"), bind?.getAttribute("nodeset"));
  if (holds) rules.validators = [{ type: "expression", expression: holds }];
  return rules;
}

function choices(form, control) {
  const items = [...control.children].filter((child) => child.localName === "item");
  if (!items.length) return {};
  const choice = (item) => ({ value: child(item, "value").textContent, text: words(form, child(item, "label")) });
  return { choices: items.map(choice) };
}

/** The expression in SurveyJS's words, or null. */
function said(form, expression, self) {
  if (!expression) return null;
  let text = expression.replace(/selected\(\s*(\/[\w/-]+)\s*,\s*('[^']*')\s*\)/g, (_, path, name) =>
    form.controls.get(path) === "select" ? `{${named(path)}} contains ${name}` : `{${named(path)}} = ${name}`,
  );
  text = text.replace(/\bnot\(/g, "!(").replace(/\bif\(/g, "iif(").replace(/ div /g, " / ").replace(/ mod /g, " % ");
  text = text.replace(/(^|[\s(,=<>])(\/[\w-]+(?:\/[\w-]+)+)/g, (_, before, path) => `${before}{${named(path)}}`);
  if (self) text = text.replace(/(^|[\s(])\.(?=[\s)=<>!]|$)/g, `$1{${named(self)}}`);
  const without = text.replace(/'[^']*'/g, "").replace(/\{[^}]*\}/g, "").replace(/\biif\(/g, "(").replace(/today\(\)/g, "");
  const strange = /[\w-]+\(|\/\/|\.\.|(^|[\s(])\/\w/.test(without);
  return !strange && form.parses(text) ? text : null;
}
