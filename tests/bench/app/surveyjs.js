// SurveyJS as its README says to use it with React: a model, and the component that shows it.

import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { FunctionFactory, Model } from "survey-core";
import { Survey } from "survey-react-ui";
import "survey-core/survey-core.fontless.min.css";

FunctionFactory.Instance.register("endsWithName", ([choice, name]) => !!name && choice.endsWith(`-${name}`));

const form = new URLSearchParams(location.search).get("form");
const model = new Model(await (await fetch(`/forms/${form}.survey.json`)).json());
createRoot(document.getElementById("app")).render(createElement(Survey, { model }));
