// What Enketo's server does to a form before a browser gets it: enketo-transformer's build for browsers, whose XSLT is the browser's own.

import { transform } from "enketo-transformer/web";

window.transformed = async (xform) => {
  const { form, model } = await transform({ xform, theme: "formhub" });
  return JSON.stringify({ html: form, model });
};
