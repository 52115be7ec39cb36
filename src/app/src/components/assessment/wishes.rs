//! What people asked for that whoever reads or hands on the report has to know: what is to be kept from whom, and that nothing may be passed on.

use doorstep_engine::session::Session;
use doorstep_engine::value::Value;

/// The question what is to be kept from whom, as forms name it; its answer goes into the list of cases as `withhold`.
const WITHHOLD: &str = "withhold";
/// The question whether what is needed may be passed on to providers, and the answer that it may not.
const REFERRAL: &str = "consent_referral";
const REFUSED: &str = "refused";

/// What was asked for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Wishes {
    /// What is to be kept from whom, in their own words.
    pub withhold: Option<String>,
    /// May nothing be passed on to providers?
    pub no_referral: bool,
}

/// Takes them from a session; of a form that does not ask there are none.
pub fn wishes(session: &Session) -> Wishes {
    let answer = |name: &str| {
        let named = |key: &doorstep_engine::view::Key| session.path(*key).rsplit('/').next() == Some(name);
        let key = session.nodes().into_iter().find(named)?;
        let value = session.value(key).map(Value::to_text).unwrap_or_default();
        (session.relevant(key) == Some(true) && !value.trim().is_empty()).then_some(value)
    };
    Wishes { withhold: answer(WITHHOLD), no_referral: answer(REFERRAL).is_some_and(|said| said == REFUSED) }
}
