// ODK Web Forms' engine. Its state is reactive, and settled when the call returns.

import { loadForm } from "/peers/@getodk/xforms-engine/dist/index.js";

const options = {
  fetchFormAttachment: async () => new Response("", { status: 404 }),
  missingResourceBehavior: "BLANK",
};

export async function open(text) {
  const form = await loadForm(text, options);
  if (form.status === "failure") throw form.error;
  return new Odk(form.createInstance());
}

class Odk {
  constructor(instance) {
    this.root = instance.root;
  }

  /** The node at a path, `/data/m[2]/amount`, found by walking down. */
  node(path) {
    let node = this.root;
    for (const step of path.split("/").slice(2)) {
      const [, name, position] = step.match(/^([^[]+)(?:\[(\d+)\])?$/);
      const under = (parent) => parent.currentState.children.find((child) => child.definition.nodeName === name || child.currentState.reference.endsWith("/" + name));
      node = under(node);
      if (!node) throw new Error(`there is no ${path}`);
      if (position) node = node.currentState.children[position - 1];
    }
    return node;
  }

  answering(path, reads, choices) {
    const node = this.node(path);
    const nodes = reads.map((read) => this.node(read));
    const offering = choices && this.node(choices);
    const give = node.nodeType === "select" ? (value) => node.selectValue(value) : (value) => node.setValue(value);
    this.read = 0;
    return (value) => {
      give(value);
      for (const { currentState } of nodes) {
        if (currentState.relevant) this.read += text(currentState.value).length;
      }
      if (!choices) return;
      for (const { value, label } of offering.currentState.valueOptions) {
        this.read += value.length + label.asString.length;
      }
    };
  }

  adding(path, reads) {
    const range = this.node(path);
    const nodes = reads.map((read) => this.node(read));
    this.read = 0;
    return () => {
      range.addInstances();
      for (const { currentState } of nodes) this.read += text(currentState.value).length;
      const { children } = range.currentState;
      for (const { currentState } of children[children.length - 1].currentState.children) {
        this.read += text(currentState.value).length;
      }
    };
  }

  grow(path, count) {
    if (count > 0) this.node(path).addInstances(undefined, count);
  }

  offered(path) {
    return this.node(path).currentState.valueOptions.length;
  }

  value(path) {
    return text(this.node(path).currentState.value);
  }

  close() {}
}

function text(value) {
  return value === null || value === undefined ? "" : String(value);
}
