//! axe-core's look at a page, where `DOORSTEP_AXE` names its script: in both themes, at three widths, for the rules of WCAG 2.2 AA and below.
//!
//! What it finds is written down, one line each, and fails nothing here, so that one run finds all: `cargo xtask a11y` reads it.

use std::fs::OpenOptions;
use std::io::Write;

use serde_json::{Value, json};

use crate::browser::Browser;

/// Width and height of a phone, a tablet and a desk.
const SIZES: [(u32, u32); 3] = [(360, 740), (768, 1024), (1280, 800)];

const LOOK: &str = "const done = arguments[0];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']}).then((found) => done(
        found.violations.flatMap((rule) => rule.nodes.map((node) =>
            [rule.impact, rule.id, node.target.join(' '), (node.any.concat(node.all, node.none)[0]?.message ?? ''), node.html.slice(0, 160)].join(' | ')))),
        (error) => done(['failed | ' + error]));";

/// Looks at what the browser shows, if it is asked to.
pub async fn look(browser: &Browser, name: &str) {
    let (Ok(script), Ok(file)) = (std::env::var("DOORSTEP_AXE"), std::env::var("DOORSTEP_AXE_FOUND")) else {
        return;
    };
    let script = std::fs::read_to_string(script).expect("axe-core's script is there");
    browser.run(&format!("if (!window.axe) {{ {script}\nwindow.axe = axe; }}"), vec![]).await;
    let own = browser.run("return [innerWidth, innerHeight]", vec![]).await;
    let mut found = String::new();
    for theme in ["light", "dark"] {
        let media = json!({"media": "", "features": [{"name": "prefers-color-scheme", "value": theme}]});
        browser.command("Emulation.setEmulatedMedia", media).await;
        for (width, height) in SIZES {
            let mobile = width < 600;
            let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile});
            browser.command("Emulation.setDeviceMetricsOverride", size).await;
            // What fades from one theme to the other has no colour of its own meanwhile.
            tokio::time::sleep(std::time::Duration::from_millis(350)).await;
            let lines = browser.run_until_done(LOOK).await;
            for line in lines.as_array().into_iter().flatten().filter_map(Value::as_str) {
                found.push_str(&format!("{name} | {theme} | {width} | {line}\n"));
            }
        }
    }
    browser.command("Emulation.setEmulatedMedia", json!({"media": "", "features": []})).await;
    let size = json!({"width": own[0], "height": own[1], "deviceScaleFactor": 2, "mobile": own[0].as_u64().is_some_and(|width| width < 600)});
    browser.command("Emulation.setDeviceMetricsOverride", size).await;
    let mut file =
        OpenOptions::new().create(true).append(true).open(file).expect("findings can be written down");
    file.write_all(found.as_bytes()).expect("findings are written down");
    file.write_all(format!("{name} | looked at\n").as_bytes()).expect("findings are written down");
}
