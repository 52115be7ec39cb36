// SurveyJS's model, without a user interface.

import { ConditionsParser, FunctionFactory, Model } from "/peers/survey-core/fesm/survey-core.mjs";

FunctionFactory.Instance.register("endsWithName", ([choice, name]) => !!name && choice.endsWith("-" + name));

/** Is it an expression, and whole? Some are read with a hole in them, which shows when they are first used. */
export function parses(text) {
  try {
    const operand = new ConditionsParser().parseExpression(text);
    operand.hasAsyncFunction();
    return true;
  } catch {
    return false;
  }
}

export async function open(text) {
  return new SurveyJs(new Model(JSON.parse(text)));
}

/** `/data/m` is `m` in a generated form, and `data_m` in one that was converted. */
const names = (path) => [path.slice(path.lastIndexOf("/") + 1), path.slice(1).replaceAll("/", "_")];

class SurveyJs {
  constructor(model) {
    this.model = model;
  }

  question(path) {
    const question = names(path).map((name) => this.model.getQuestionByName(name)).find(Boolean);
    if (!question) throw new Error(`there is no ${path}`);
    return question;
  }

  answering(path, reads, choices) {
    const { model } = this;
    const { name, inputType } = this.question(path);
    const typed = inputType === "number" ? Number : String;
    const questions = reads.map((read) => this.question(read));
    const offering = choices && this.question(choices);
    this.read = 0;
    return (value) => {
      model.setValue(name, typed(value));
      for (const question of questions) if (question.isVisible) this.read += text(question.value).length;
      if (!choices) return;
      for (const choice of offering.visibleChoices) this.read += choice.value.length + choice.text.length;
    };
  }

  adding(path, reads) {
    const panels = this.question(path);
    const questions = reads.map((read) => this.question(read));
    this.read = 0;
    return () => {
      panels.addPanel();
      for (const question of questions) this.read += text(question.value).length;
      for (const question of panels.panels[panels.panels.length - 1].questions) this.read += text(question.value).length;
    };
  }

  grow(path, count) {
    if (count > 0) this.question(path).panelCount += count;
  }

  offered(path) {
    return this.question(path).visibleChoices.length;
  }

  value(path) {
    return text(this.question(path).value);
  }

  close() {
    this.model.dispose();
  }
}

function text(value) {
  return value === null || value === undefined ? "" : String(value);
}
