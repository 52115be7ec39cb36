//! What holds for every expression and every document, tried on many: nothing panics, axes part a document, an index changes nothing.

use super::{Answer, Document, Node, Setting};
use crate::session::World;

/// A splitmix64 sequence: the same trials on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % most as u64) as usize
    }

    fn pick<'t>(&mut self, among: &[&'t str]) -> &'t str {
        among[self.below(among.len())]
    }

    fn tree(&mut self, depth: usize) -> String {
        let name = self.pick(&["a", "b", "item", "p:c"]);
        let attribute = self.pick(&["", " x='1'", " x='2' p:y='3'"]);
        let mut inside = String::new();
        for _ in 0..self.below(4) {
            match self.below(5) {
                0 => inside.push_str(self.pick(&["1", "2", "2026-02-03", " t ", "-4.5"])),
                1 => inside.push_str(self.pick(&["<!-- c -->", "<?i d?>"])),
                _ if depth > 0 => inside.push_str(&self.tree(depth - 1)),
                _ => {}
            }
        }
        format!("<{name}{attribute}>{inside}</{name}>")
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self
                .pick(&["1", "'2'", ".", "..", "@x", "//a", "b", "-0.5", "''", "*", "text()", "/"])
                .to_owned();
        }
        let part = |dice: &mut Dice| dice.expression(depth - 1);
        match self.below(6) {
            0 => {
                let operator = self
                    .pick(&["+", "-", "*", "div", "mod", "=", "!=", "<", ">=", "and", "or", "|"])
                    .to_owned();
                format!("({} {operator} {})", part(self), part(self))
            }
            1 => format!("({})[{}]/{}", part(self), part(self), self.pick(&AXES)),
            2 => format!(
                "{}::{}[{}]",
                self.pick(&AXES[..]).split("::").next().unwrap_or(""),
                self.pick(&["a", "node()", "*", "p:*"]),
                part(self)
            ),
            _ => {
                let functions: Vec<_> = crate::expr::functions::all().collect();
                let function = functions[self.below(functions.len())];
                let (least, most) = function.arity;
                let count = usize::from(least) + self.below(usize::from(most.min(least + 2) - least) + 1);
                let arguments: Vec<String> = (0..count).map(|_| part(self)).collect();
                format!("{}({})", function.name, arguments.join(", "))
            }
        }
    }
}

const AXES: [&str; 12] = [
    "child::node()",
    "parent::node()",
    "self::node()",
    "descendant::node()",
    "descendant-or-self::node()",
    "ancestor::node()",
    "ancestor-or-self::node()",
    "following::node()",
    "following-sibling::node()",
    "preceding::node()",
    "preceding-sibling::node()",
    "attribute::node()",
];

fn document(dice: &mut Dice) -> Document {
    let inside = dice.tree(4);
    Document::read(&format!("<root xmlns:p='urn:p'>{inside}{}</root>", dice.tree(2))).unwrap()
}

fn nodes(document: &Document, expression: &str, context: Node) -> Vec<Node> {
    let world = World::default();
    let setting = Setting { context, root: None, namespaces: &[], world: &world, language: None };
    match document.evaluate(expression, &setting).map(|outcome| outcome.value) {
        Ok(Answer::Nodes(nodes)) => nodes,
        other => panic!("{expression}: {other:?}"),
    }
}

#[test]
fn no_expression_panics() {
    let mut dice = Dice(1);
    let world = World::default();
    let mut had = 0;
    for _ in 0..40 {
        let document = document(&mut dice);
        for _ in 0..80 {
            let expression = dice.expression(3);
            let all = nodes(&document, "//node()", document.top());
            let context = all[dice.below(all.len())];
            let setting = Setting { context, root: None, namespaces: &[], world: &world, language: None };
            had += usize::from(document.evaluate(&expression, &setting).is_ok());
        }
    }
    assert!(had > 1_000, "most are refused, only {had} had");
}

#[test]
fn no_text_panics() {
    let mut dice = Dice(2);
    let document = document(&mut dice);
    let world = World::default();
    let setting =
        Setting { context: document.top(), root: None, namespaces: &[], world: &world, language: None };
    let tokens = [
        "(", ")", "[", "]", "/", "//", ".", "..", "@", "*", "::", ",", "|", "-", "=", "'x", "\"", "a",
        "self", "1e", "5.", "p:", "$", "${a}", "and", "不", " ", "text()", "!", "1",
    ];
    for _ in 0..4_000 {
        let text: String = (0..dice.below(12)).map(|_| dice.pick(&tokens)).collect();
        let _ = document.evaluate(&text, &setting);
    }
}

#[test]
fn five_axes_part_the_document() {
    let mut dice = Dice(3);
    for _ in 0..60 {
        let document = document(&mut dice);
        let all = nodes(&document, "/ | //node()", document.top());
        for node in &all {
            let count = |axis: &str| nodes(&document, &format!("{axis}::node()"), *node).len();
            let parts = ["self", "ancestor", "descendant", "following", "preceding"].map(count);
            assert_eq!(parts.iter().sum::<usize>(), all.len());
            let joined = "self::node() | ancestor::node() | descendant::node() | following::node() | preceding::node()";
            assert_eq!(nodes(&document, joined, *node), all, "in document order, each once");
        }
    }
}

#[test]
fn a_step_from_many_nodes_meets_what_each_meets() {
    let mut dice = Dice(5);
    for _ in 0..60 {
        let document = document(&mut dice);
        for start in ["//*", "//a", "//node()", "//a/b | //item", "//@x", "//text()"] {
            for axis in AXES {
                // With a predicate each node's own are walked.
                let whole = nodes(&document, &format!("({start})/{axis}"), document.top());
                let each = nodes(&document, &format!("({start})/{axis}[true()]"), document.top());
                assert_eq!(whole, each, "({start})/{axis}");
            }
        }
    }
}

#[test]
fn an_index_finds_what_looking_finds() {
    let mut dice = Dice(4);
    let mut found = 0;
    for _ in 0..40 {
        let mut text = String::new();
        for _ in 0..2 + dice.below(3) {
            text.push_str("<a>");
            for _ in 0..dice.below(12) {
                let x = dice.pick(&["", " x='1'"]);
                text.push_str(&format!("<item{x}>"));
                for _ in 0..dice.below(3) {
                    text.push_str(dice.pick(&[
                        "<b>1</b>",
                        "<b>2</b>",
                        "<b/>",
                        "<c>1</c>",
                        "<b><d>1</d></b>",
                    ]));
                }
                text.push_str("</item>");
            }
            text.push_str("</a>");
        }
        let document = Document::read(&format!("<root>{text}</root>")).unwrap();
        for key in ["'1'", "'2'", "''", "//c", "//c[1]", "2", "//nothing"] {
            let pairs = [
                // A condition before it keeps the index from being used.
                (format!("//a/item[b = {key}]"), format!("//a/item[true()][b = {key}]")),
                (format!("//a[1]/item[{key} = b and @x]"), format!("//a[1]/item[@x][b = {key}]")),
                (format!("//a/item[b = {key}][2]"), format!("//a/item[true()][b = {key}][2]")),
            ];
            for (quick, plain) in pairs {
                let given = nodes(&document, &quick, document.top());
                assert_eq!(given, nodes(&document, &plain, document.top()), "{quick}");
                found += given.len();
            }
        }
    }
    assert!(found > 500, "hardly anything was found: {found}");
}
