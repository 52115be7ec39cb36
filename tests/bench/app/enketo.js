// Enketo as its README says to use it: the form's HTML and model, transformed beforehand as its server does, given to enketo-core.

import { Form } from "enketo-core";

const form = new URLSearchParams(location.search).get("form");
const { html, model } = await (await fetch(`/forms/${form}.enketo.json`)).json();
const fragment = document.createRange().createContextualFragment(html);
document.querySelector(".form-header").after(fragment);
const errors = new Form(document.querySelector("form.or"), { modelStr: model, external: [] }, {}).init();
if (errors.length) console.error(errors.join("\n"));
