//! Hosts that a request may name: a page that a browser shows could otherwise reach a server on the same machine under
//! a name of its own (DNS rebinding).

use super::ConfigError;

/// Hosts that a request may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Whatever it names.
    Any,
    /// localhost and these.
    Named(Vec<String>),
}

impl Hosts {
    pub(super) fn settled(named: Option<Vec<String>>) -> Result<Self, ConfigError> {
        let named = named.unwrap_or_default();
        let named: Vec<&str> = named
            .iter()
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
            .collect();
        if named == ["*"] {
            return Ok(Self::Any);
        }
        match named.iter().find(|text| text.contains(['/', '*', ' ', '@'])) {
            Some(other) => Err(ConfigError::Host((*other).to_owned())),
            None => Ok(Self::Named(named.into_iter().map(str::to_owned).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_named_or_all() {
        let of = |names: &[&str]| Hosts::settled(Some(names.iter().map(|name| (*name).to_owned()).collect()));
        assert_eq!(Hosts::settled(None).unwrap(), Hosts::Named(Vec::new()));
        assert_eq!(of(&[""]).unwrap(), Hosts::Named(Vec::new()));
        assert_eq!(of(&["*"]).unwrap(), Hosts::Any);
        let named = Hosts::Named(vec!["ops.example.com".to_owned(), "10.0.0.1:8001".to_owned()]);
        assert_eq!(of(&["ops.example.com", " 10.0.0.1:8001"]).unwrap(), named);
        for odd in ["https://ops.example.com", "*.example.com", "ops.example.com/mcp"] {
            assert!(matches!(of(&[odd]), Err(ConfigError::Host(_))), "{odd}");
        }
        assert!(of(&["*", "a"]).is_err(), "any, or these");
    }
}
