//! The measured forms as our own JSON, for as long as the engine does not read XForms.

use serde_json::{Value as Json, json};

use crate::forms::Shape;

/// The same form as [`Shape::xform`].
pub fn form_json(shape: Shape, n: usize) -> String {
    let question = |name: &str| json!({"type": "integer", "name": name});
    let one = |name: &str| json!({"type": "integer", "name": name, "default": "1"});
    let calculation =
        |name: &str, text: &str| json!({"type": "calculate", "name": name, "calculation": text});
    let repeat = |children: Vec<Json>| json!({"type": "repeat", "name": "m", "children": children});
    let mut choices = json!({});
    let survey: Vec<Json> = match shape {
        Shape::Chain => std::iter::once(question("x0"))
            .chain((1..=n).map(|i| calculation(&format!("x{i}"), &format!("${{x{}}} + 1", i - 1))))
            .collect(),
        Shape::Fan => std::iter::once(question("x0"))
            .chain((1..=n).map(|i| calculation(&format!("x{i}"), &format!("${{x0}} + {i}"))))
            .collect(),
        Shape::Relevance => std::iter::once(question("x0"))
            .chain((1..=n).map(
                |i| json!({"type": "text", "name": format!("x{i}"), "default": "a", "relevant": "${x0} = 1"}),
            ))
            .collect(),
        Shape::Sums => std::iter::once(repeat((0..10).map(|i| one(&format!("q{i}"))).collect()))
            .chain((0..10).map(|i| calculation(&format!("s{i}"), &format!("sum(${{q{i}}})"))))
            .collect(),
        Shape::Before => {
            let before = "indexed-repeat(${amount}, ${m}, position(..) - 1)";
            let sum = format!("if(position(..) > 1, {before}, 0) + ${{amount}}");
            vec![repeat(vec![one("amount"), calculation("with_last", &sum)])]
        }
        Shape::Place => vec![repeat(vec![one("amount"), calculation("place", "position(..)")])],
        Shape::Cascade => {
            let county = |i: usize| json!({"name": format!("c{i}"), "label": format!("county c{i}")});
            let town = |i: usize| json!({"name": format!("t{i}"), "label": format!("town t{i}"), "county": format!("c{}", i % 500)});
            choices = json!({
                "county": (0..500).map(county).collect::<Vec<_>>(),
                "town": (0..n).map(town).collect::<Vec<_>>(),
            });
            vec![
                json!({"type": "select_one county", "name": "county"}),
                json!({"type": "select_one town", "name": "town", "choice_filter": "county = ${county}"}),
            ]
        }
        Shape::Total => vec![
            repeat(vec![one("amount")]),
            calculation("total", "sum(${amount})"),
            calculation("people", "count(${m})"),
        ],
        Shape::Alone => vec![repeat(vec![one("amount"), calculation("more", "${amount} + 1")])],
    };
    json!({"settings": {"form_id": "data", "version": "1"}, "choices": choices, "survey": survey}).to_string()
}
