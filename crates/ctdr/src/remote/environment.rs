//! Variables of the environment that have no flag.

/// The value of a variable; none if it is empty, or no text.
pub fn variable(name: &str) -> Option<String> {
    let (_, value) = std::env::vars_os().find(|(known, _)| known.to_str() == Some(name))?;
    value.into_string().ok().filter(|value| !value.is_empty())
}
