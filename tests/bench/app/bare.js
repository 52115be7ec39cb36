// The same fields and no app around them: nothing is checked, counted, hidden or kept. What a browser itself takes for them, on this machine.

const form = new URLSearchParams(location.search).get("form");
const { pages } = await (await fetch(`/forms/${form}.survey.json`)).json();
const element = (name, more = {}, ...children) => {
  const made = Object.assign(document.createElement(name), more);
  made.append(...children);
  return made;
};

function field({ name, type, inputType, choices = [] }) {
  if (["radiogroup", "checkbox"].includes(type)) {
    const kind = type === "checkbox" ? "checkbox" : "radio";
    return choices.map(({ value, text }) => element("label", {}, element("input", { type: kind, name, value }), text));
  }
  if (type === "dropdown") return [element("select", {}, ...choices.map(({ value, text }) => element("option", { value }, text)))];
  if (type === "comment") return [element("textarea")];
  return [element("input", { type: inputType === "date" ? "date" : "text" })];
}

const shown = pages.map(({ elements }) => {
  const questions = elements.filter(({ type }) => type !== "paneldynamic").map((question) => {
    const made = element("div", { className: "question" }, element("p", {}, `${question.name} ${question.title}`), ...field(question));
    made.dataset.name = question.name;
    return made;
  });
  const next = element("button", { className: "next" }, "Next");
  return element("div", { hidden: true }, ...questions, next);
});
document.getElementById("app").append(...shown);
let place = 0;
const turn = (to) => {
  shown[place].hidden = true;
  place = to;
  shown[place].hidden = false;
};
for (const page of shown) page.querySelector(".next").addEventListener("click", () => turn(place + 1));
// The one condition by which it is seen that an answer was taken.
const second = document.querySelector("[data-name=p1_q2]");
if (second) {
  second.hidden = true;
  document.querySelector("[data-name=p1_q1] input").addEventListener("input", () => { second.hidden = false; });
}
turn(0);
