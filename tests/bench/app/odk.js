// ODK Web Forms as its README says to use it: the plugin, and the component with a form's XML.

import { createApp, h } from "vue";
import { OdkWebForm, webFormsPlugin } from "@getodk/web-forms";

const form = new URLSearchParams(location.search).get("form");
const formXml = await (await fetch(`/forms/${form}.xml`)).text();
const fetchFormAttachment = async () => new Response("", { status: 404 });
createApp({ render: () => h(OdkWebForm, { formXml, fetchFormAttachment, missingResourceBehavior: "BLANK" }) })
  .use(webFormsPlugin)
  .mount("#app");
