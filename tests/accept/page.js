// Has ODK Web Forms' engine load an XForm and begin to fill it in, and says what it finds wrong.

import { loadForm } from "/peers/@getodk/xforms-engine/dist/index.js";

const options = {
  fetchFormAttachment: async () => new Response("", { status: 404 }),
  missingResourceBehavior: "BLANK",
};

/** `{refused: null | why, nodes}` of the form at an address. */
window.take = async ({ address }) => {
  const found = await fetch(address);
  if (!found.ok) throw new Error(`there is no ${address}`);
  const form = await loadForm(await found.text(), options);
  if (form.status === "failure") return { refused: String(form.error?.message ?? form.error), nodes: 0 };
  const { root } = form.createInstance();
  const count = (node) => 1 + (node.currentState.children ?? []).reduce((sum, child) => sum + count(child), 0);
  return { refused: null, nodes: count(root) };
};

window.ready = true;
