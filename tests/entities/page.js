// Gives a list of entities that was made here to ODK Web Forms' engine, as an attachment, and says what it reads in it.

import { loadForm } from "/peers/@getodk/xforms-engine/dist/index.js";

const fetched = [];

const options = {
  fetchFormAttachment: async (resource) => {
    fetched.push(String(resource));
    const name = String(resource).split("/").pop();
    const found = await fetch(`/data/${name}`);
    return new Response(await found.text(), { status: found.status, headers: { "content-type": "text/csv" } });
  },
};

/** What the engine offers as the household, and what it shows once each is chosen: `{fetched, read: [{name, label, called, phone}]}`. */
window.readList = async () => {
  const xml = await fetch("/data/visit.xml").then((found) => found.text());
  const form = await loadForm(xml, options);
  if (form.status === "failure") throw form.error;
  const { root } = form.createInstance();
  const named = (name) => root.currentState.children.find((child) => child.currentState.reference.endsWith(`/${name}`));
  const known = named("known");
  const read = known.currentState.valueOptions.map((option) => {
    known.selectValues([option.value]);
    return {
      name: option.value,
      label: option.label.asString,
      called: named("known_called").currentState.value,
      phone: named("known_phone").currentState.value,
    };
  });
  return { fetched, read };
};

window.ready = true;
