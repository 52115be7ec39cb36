//! What a provider's claims come to here: a name, a standing, and whether a second factor was shown there.
//!
//! Kept here: what a claim does not say clearly is not granted: an area that is empty or no code gives no standing, least of all
//! everywhere.

use serde_json::{Map, Value};

use super::configuration::{Factor, Rule, Source};
use crate::who::fields;
use crate::who::rights::{Area, Standing};

/// Somebody's claims, of a token that was checked.
#[derive(Clone, Debug)]
pub(super) struct Claims(pub(super) Map<String, Value>);

/// Why claims come to no standing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unfit {
    /// No rule is about them.
    NoRule,
    /// The rule of this place fits, and the claim that it takes the area or the organisation from has none.
    Rule(usize),
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unfit::NoRule => write!(f, "no rule of `roles` is about them"),
            Unfit::Rule(place) => {
                write!(f, "roles[{place}] fits, but the claim has no code of an area or an organisation")
            }
        }
    }
}

impl Claims {
    /// A claim by its name; if there is none, by its way through the claims within others.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).or_else(|| {
            let mut steps = name.split('.');
            let first = self.0.get(steps.next()?)?;
            steps.try_fold(first, |within, step| within.as_object()?.get(step))
        })
    }

    /// The texts that a claim has: itself, or those in it.
    fn texts(&self, name: &str) -> Vec<&str> {
        match self.get(name) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// A claim of one text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    fn code(&self, source: &Source) -> Option<String> {
        match source {
            Source::Code(code) => Some(code.clone()),
            // Only the office's own file can say everywhere.
            Source::Claim { claim } => match &*self.texts(claim) {
                [code] if !code.is_empty() => Some((*code).to_owned()),
                _ => None,
            },
        }
    }

    /// The standing by the first rule that fits.
    pub(super) fn standing(&self, rules: &[Rule]) -> Result<Standing, Unfit> {
        let fits = |rule: &&Rule| self.texts(&rule.claim).contains(&rule.has.as_str());
        let place = rules.iter().position(|rule| fits(&rule)).ok_or(Unfit::NoRule)?;
        let rule = &rules[place];
        let area = self.code(&rule.area).and_then(|code| Area::parse(&code)).ok_or(Unfit::Rule(place))?;
        let provider = match &rule.provider {
            Some(source) => Some(self.code(source).ok_or(Unfit::Rule(place))?),
            None => None,
        };
        fields::standing(rule.role.name(), area.code(), provider.as_deref()).map_err(|_| Unfit::Rule(place))
    }

    /// Does the provider say that a second factor was shown, in words that the office has named?
    pub(super) fn has_factor(&self, wanted: &Factor) -> bool {
        let amr = match self.0.get("amr") {
            Some(Value::Array(ways)) => ways.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let acr = self.0.get("acr").and_then(Value::as_str);
        amr.iter().any(|way| wanted.amr.iter().any(|wanted| wanted == way))
            || acr.is_some_and(|acr| wanted.acr.iter().any(|wanted| wanted == acr))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::who::rights::Role;

    fn claims(value: Value) -> Claims {
        let Value::Object(map) = value else { unreachable!("claims are an object") };
        Claims(map)
    }

    fn rule(claim: &str, has: &str, role: Role, area: Source) -> Rule {
        Rule { claim: claim.into(), has: has.into(), role, area, provider: None }
    }

    fn of_claim(claim: &str) -> Source {
        Source::Claim { claim: claim.into() }
    }

    #[test]
    fn the_first_rule_that_fits_gives_the_standing() {
        let rules = [
            rule("realm_access.roles", "grid", Role::Worker, of_claim("grid")),
            rule("dept", "station", Role::Station, Source::Code("371002".into())),
            rule("dept", "all", Role::Auditor, Source::Code(String::new())),
            Rule {
                provider: Some(of_claim("org")),
                ..rule("dept", "org", Role::Provider, Source::Code("37".into()))
            },
        ];
        let of = |value: Value| {
            claims(value)
                .standing(&rules)
                .map(|standing| (standing.role, standing.area.code().to_owned(), standing.provider))
        };
        let grid = json!({"realm_access": {"roles": ["x", "grid"]}, "grid": "371002001", "dept": "station"});
        assert_eq!(of(grid), Ok((Role::Worker, "371002001".into(), None)));
        assert_eq!(of(json!({"dept": ["station"]})), Ok((Role::Station, "371002".into(), None)));
        assert_eq!(of(json!({"dept": "all"})), Ok((Role::Auditor, String::new(), None)));
        assert_eq!(
            of(json!({"dept": "org", "org": "p-1"})),
            Ok((Role::Provider, "37".into(), Some("p-1".into())))
        );
        for (claims, why) in [
            (json!({}), Unfit::NoRule),
            (json!({"dept": "Station"}), Unfit::NoRule),
            (json!({"dept": {"station": true}}), Unfit::NoRule),
            (json!({"realm_access.roles": ["grid"]}), Unfit::Rule(0)),
            (json!({"realm_access": {"roles": "grid"}, "grid": ""}), Unfit::Rule(0)),
            (json!({"realm_access": {"roles": "grid"}, "grid": ["37", "38"]}), Unfit::Rule(0)),
            (json!({"realm_access": {"roles": "grid"}, "grid": "37%"}), Unfit::Rule(0)),
            (json!({"realm_access": {"roles": "grid"}, "grid": 371002}), Unfit::Rule(0)),
            (json!({"dept": "org", "org": "' OR 1=1"}), Unfit::Rule(3)),
            (json!({"dept": "org"}), Unfit::Rule(3)),
        ] {
            assert_eq!(of(claims.clone()), Err(why), "{claims}");
        }
    }

    #[test]
    fn a_second_factor_counts_only_in_the_offices_words() {
        let wanted = Factor { amr: vec!["mfa".into()], acr: vec!["urn:high".into()] };
        for (said, counts) in [
            (json!({"amr": ["pwd", "mfa"]}), true),
            (json!({"acr": "urn:high"}), true),
            (json!({"amr": ["pwd"]}), false),
            (json!({"amr": "mfa"}), false),
            (json!({"acr": ["urn:high"]}), false),
            (json!({}), false),
        ] {
            assert_eq!(claims(said.clone()).has_factor(&wanted), counts, "{said}");
            assert!(!claims(said).has_factor(&Factor::default()));
        }
    }
}
