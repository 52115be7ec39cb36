//! Line icons, drawn on a grid of 24. They only ever stand beside words, or have a label of their own.

use leptos::prelude::*;

/// Which icon.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Shape {
    Next,
    Down,
    Close,
    Check,
    Alert,
    Turning,
    Undo,
    Place,
    List,
    Plus,
    Minus,
    Aim,
    Bin,
    Send,
    Clock,
    Door,
    Home,
    Print,
    Scales,
    Lock,
    Shield,
    Person,
    Speaker,
    Stop,
}

impl Shape {
    fn path(self) -> &'static str {
        match self {
            Shape::Next => "M9 5l7 7-7 7",
            Shape::Down => "M5 9l7 7 7-7",
            Shape::Close => "M6 6l12 12M18 6L6 18",
            Shape::Check => "M5 12.5l4.5 4.5L19 7.5",
            Shape::Alert => "M12 7v6M12 17h.01M12 3a9 9 0 100 18 9 9 0 000-18z",
            Shape::Turning => "M20 12a8 8 0 11-2.5-5.8",
            Shape::Undo => "M9 14L4 9l5-5M4 9h10a6 6 0 010 12h-3",
            Shape::Place => {
                "M12 21s7-6.2 7-11.5A7 7 0 105 9.5C5 14.8 12 21 12 21zM12 12a2.5 2.5 0 100-5 2.5 2.5 0 000 5z"
            }
            Shape::List => "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
            Shape::Plus => "M12 5v14M5 12h14",
            Shape::Minus => "M5 12h14",
            Shape::Aim => "M12 2v4M12 18v4M2 12h4M18 12h4M12 6a6 6 0 100 12 6 6 0 000-12zM12 12h.01",
            Shape::Bin => "M4 7h16M10 11v6M14 11v6M6 7l1 13h10l1-13M9 7V4h6v3",
            Shape::Send => "M4 12l16-8-6 16-3-7z",
            Shape::Clock => "M12 7v5l3.5 2M12 3a9 9 0 100 18 9 9 0 000-18z",
            Shape::Door => "M6 21V4a1 1 0 011-1h10a1 1 0 011 1v17M3.5 21h17M14.5 12h.01",
            Shape::Print => "M7 8V3h10v5M7 17H4v-7h16v7h-3M7 14h10v7H7z",
            Shape::Scales => "M12 4v16M7 20h10M5 7h14M5 7l-3 7h6zM19 7l-3 7h6z",
            Shape::Lock => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3",
            Shape::Shield => "M12 3l7 3v5c0 4.5-3 8-7 10-4-2-7-5.5-7-10V6zM9 12l2 2 4-4",
            Shape::Person => "M12 11.5a4 4 0 100-8 4 4 0 000 8zM4.5 20.5a7.5 7.5 0 0115 0",
            Shape::Speaker => "M4 9.5v5h3.5l5 4v-13l-5 4zM16 9a4.5 4.5 0 010 6M18.5 6.5a8 8 0 010 11",
            Shape::Stop => "M7 7h10v10H7z",
            Shape::Home => "M4 11l8-7 8 7M6 9.5V20h12V9.5",
        }
    }
}

/// An icon, hidden from screen readers.
#[component]
pub fn Icon(shape: Shape, #[prop(optional)] small: bool) -> impl IntoView {
    let class = match (small, shape) {
        (true, Shape::Turning) => "icon small turn",
        (false, Shape::Turning) => "icon turn",
        // What points along the line is turned round where the line runs the other way.
        (true, Shape::Next | Shape::Send | Shape::List) => "icon small along",
        (false, Shape::Next | Shape::Send | Shape::List) => "icon along",
        (true, _) => "icon small",
        (false, _) => "icon",
    };
    view! {
        <svg class=class viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=shape.path()></path>
        </svg>
    }
}
