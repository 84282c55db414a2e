//! The condition of a rule, or of a correlation over rules: `and`, `or`, `not`, parentheses, `1 of x*`, `all of them`.
//!
//! Binding from loosest to tightest: `or`, `and`, `not`, `… of …`, parentheses. Quantifiers are resolved to
//! the names they stand for while parsing, so evaluating knows three operators only.

use crate::{
    error::{Report, nearest, shown},
    error_kind::ErrorKind,
    yaml::{Data, Kind, Node},
};

/// Levels of parentheses and negations in one condition.
const MAX_DEPTH: usize = 50;
/// Names in one condition, those that quantifiers stand for included.
const MAX_TERMS: usize = 10_000;

/// A condition over selections (or the rules of a correlation), which it names by their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// This selection is true.
    Selection(usize),
    /// The inner one is false.
    Not(Box<Expression>),
    /// All are true.
    And(Vec<Expression>),
    /// One is true.
    Or(Vec<Expression>),
}

impl Expression {
    /// OR of the parts; a single one is itself.
    pub fn any(parts: Vec<Self>) -> Self {
        Self::join(parts, Self::Or)
    }

    /// AND of the parts; a single one is itself.
    pub fn all(parts: Vec<Self>) -> Self {
        Self::join(parts, Self::And)
    }

    fn join(mut parts: Vec<Self>, with: fn(Vec<Self>) -> Self) -> Self {
        match parts.len() {
            1 => parts.remove(0),
            _ => with(parts),
        }
    }

    /// The same, over selections that have moved up by so many.
    pub fn shifted(self, by: usize) -> Self {
        let all = |parts: Vec<Self>| parts.into_iter().map(|part| part.shifted(by)).collect();
        match self {
            Self::Selection(number) => Self::Selection(number + by),
            Self::Not(inner) => Self::Not(Box::new(inner.shifted(by))),
            Self::And(parts) => Self::And(all(parts)),
            Self::Or(parts) => Self::Or(all(parts)),
        }
    }

    /// Whether it names this selection anywhere.
    pub fn names(&self, selection: usize) -> bool {
        match self {
            Self::Selection(number) => *number == selection,
            Self::Not(inner) => inner.names(selection),
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.names(selection)),
        }
    }

    /// The value, given that of each selection; asks for no more selections than it needs.
    pub fn holds(&self, selection: &mut impl FnMut(usize) -> bool) -> bool {
        match self {
            Self::Selection(number) => selection(*number),
            Self::Not(inner) => !inner.holds(selection),
            Self::And(parts) => parts.iter().all(|part| part.holds(selection)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(selection)),
        }
    }
}

/// Parses the condition in `node` over `names`, each a `what`; errors are reported at their column.
pub fn parse(node: &Node, what: &str, names: &[&str], report: &mut Report<'_>) -> Option<Expression> {
    let Data::Scalar(Kind::Text | Kind::Number(_), text) = &node.data else {
        report.expected(
            node.position(),
            format!("`condition` is {}", node.kind()),
            "a text",
        );
        return None;
    };
    let mut parser = Parser {
        tokens: tokens(text),
        next: 0,
        end: text.len(),
        what,
        names,
        depth: 0,
        terms: 0,
    };
    match parser.whole() {
        Ok(expression) => Some(expression),
        Err(fault) => {
            let at = node.position_at(fault.offset);
            report.tell(at, ErrorKind::Condition, fault.message, fault.expected);
            None
        }
    }
}

struct Fault {
    offset: usize,
    message: String,
    expected: Option<String>,
}

#[derive(Clone, Copy)]
struct Token<'c> {
    text: &'c str,
    offset: usize,
}

impl Token<'_> {
    /// Operators are accepted in upper case too, as older rules write them.
    fn is(self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = None;
    for (offset, c) in text.char_indices() {
        let alone = matches!(c, '(' | ')' | '|');
        if alone || c.is_whitespace() {
            if let Some(from) = start.take() {
                tokens.push(Token {
                    text: &text[from..offset],
                    offset: from,
                });
            }
            if alone {
                tokens.push(Token {
                    text: &text[offset..=offset],
                    offset,
                });
            }
        } else if start.is_none() {
            start = Some(offset);
        }
    }
    if let Some(from) = start {
        tokens.push(Token {
            text: &text[from..],
            offset: from,
        });
    }
    tokens
}

struct Parser<'c, 'n> {
    tokens: Vec<Token<'c>>,
    next: usize,
    end: usize,
    /// What is named, for errors.
    what: &'n str,
    names: &'n [&'n str],
    depth: usize,
    terms: usize,
}

impl<'c> Parser<'c, '_> {
    fn whole(&mut self) -> Result<Expression, Fault> {
        let expression = self.or()?;
        match self.peek(0) {
            None => Ok(expression),
            Some(token) if token.text == "|" => Err(self.fault(
                Some(token),
                "aggregations after `|` are not part of Sigma 2".to_owned(),
                "a document with `correlation`",
            )),
            Some(token) => Err(self.fault(
                Some(token),
                format!("`{}` after the end of the condition", shown(token.text)),
                "`and`, `or` or nothing",
            )),
        }
    }

    fn or(&mut self) -> Result<Expression, Fault> {
        let mut parts = vec![self.and()?];
        while self.accept("or") {
            parts.push(self.and()?);
        }
        Ok(Expression::any(parts))
    }

    fn and(&mut self) -> Result<Expression, Fault> {
        let mut parts = vec![self.not()?];
        while self.accept("and") {
            parts.push(self.not()?);
        }
        Ok(Expression::all(parts))
    }

    fn not(&mut self) -> Result<Expression, Fault> {
        let token = self.peek(0);
        if self.accept("not") {
            let inner = self.nested(token, Self::not)?;
            return Ok(Expression::Not(Box::new(inner)));
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<Expression, Fault> {
        let Some(token) = self.take() else {
            let expected = format!("a {}'s name", self.what);
            return Err(self.fault(None, "the condition ends too early".to_owned(), &expected));
        };
        if token.text == "(" {
            let inner = self.nested(Some(token), Self::or)?;
            return if self.accept(")") {
                Ok(inner)
            } else {
                Err(self.fault(self.peek(0), "a parenthesis is not closed".to_owned(), "`)`"))
            };
        }
        if self.peek(0).is_some_and(|t| t.is("of")) {
            return self.quantified(token);
        }
        if matches!(token.text, ")" | "|") || token.is("and") || token.is("or") || token.is("of") {
            let message = format!("`{}` stands where a {} should", token.text, self.what);
            let expected = format!("a {}'s name, `not` or `(`", self.what);
            return Err(self.fault(Some(token), message, &expected));
        }
        self.count(1, token)?;
        match self.names.iter().position(|name| *name == token.text) {
            Some(number) => Ok(Expression::Selection(number)),
            None => Err(self.unknown(token)),
        }
    }

    /// `1 of …`, `any of …`, `all of …`; `of` is the next token.
    fn quantified(&mut self, quantifier: Token<'c>) -> Result<Expression, Fault> {
        self.take();
        let join = match quantifier.text {
            "1" => Expression::any,
            _ if quantifier.is("any") => Expression::any,
            _ if quantifier.is("all") => Expression::all,
            text => {
                let message = format!("`{}` of {}s", shown(text), self.what);
                return Err(self.fault(Some(quantifier), message, "`1`, `any` or `all`"));
            }
        };
        let Some(pattern) = self.take() else {
            let expected = format!("`them` or a {0}'s name, such as `{0}*`", self.what);
            return Err(self.fault(None, "the condition ends after `of`".to_owned(), &expected));
        };
        let chosen: Vec<Expression> = self
            .names
            .iter()
            .enumerate()
            .filter(|(_, name)| {
                if pattern.is("them") {
                    !name.starts_with('_')
                } else {
                    name_matches(pattern.text.as_bytes(), name.as_bytes())
                }
            })
            .map(|(number, _)| Expression::Selection(number))
            .collect();
        if chosen.is_empty() {
            return Err(self.unknown(pattern));
        }
        self.count(chosen.len(), pattern)?;
        Ok(join(chosen))
    }

    /// Parses what is nested in `token`, not too deep.
    fn nested(
        &mut self,
        token: Option<Token<'c>>,
        parse: fn(&mut Self) -> Result<Expression, Fault>,
    ) -> Result<Expression, Fault> {
        if self.depth == MAX_DEPTH {
            let expected = format!("at most {MAX_DEPTH} levels of `not` and `(`");
            return Err(self.fault(token, "the condition is nested too deep".to_owned(), &expected));
        }
        self.depth += 1;
        let inner = parse(self);
        self.depth -= 1;
        inner
    }

    /// Counts what the condition names, not too much.
    fn count(&mut self, terms: usize, token: Token<'_>) -> Result<(), Fault> {
        self.terms += terms;
        if self.terms <= MAX_TERMS {
            return Ok(());
        }
        let expected = format!("at most {MAX_TERMS} names, those that `of` stands for included");
        Err(self.fault(Some(token), "the condition is too long".to_owned(), &expected))
    }

    fn peek(&self, ahead: usize) -> Option<Token<'c>> {
        self.tokens.get(self.next + ahead).copied()
    }

    fn take(&mut self) -> Option<Token<'c>> {
        let token = self.peek(0);
        self.next += 1;
        token
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = self.peek(0).is_some_and(|token| token.is(word));
        self.next += usize::from(found);
        found
    }

    fn unknown(&self, token: Token<'_>) -> Fault {
        let expected = nearest(token.text, self.names.iter().copied());
        Fault {
            offset: token.offset,
            message: format!("unknown {} `{}`", self.what, shown(token.text)),
            expected: expected.map(|name| format!("`{name}`")),
        }
    }

    fn fault(&self, token: Option<Token<'_>>, message: String, expected: &str) -> Fault {
        Fault {
            offset: token.map_or(self.end, |t| t.offset),
            message,
            expected: Some(expected.to_owned()),
        }
    }
}

/// Whether a name matches a pattern in which `*` is any number of characters; case matters.
fn name_matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut retry = None;
    while n < name.len() {
        if pattern.get(p) == Some(&b'*') {
            retry = Some((p, n));
            p += 1;
        } else if pattern.get(p) == Some(&name[n]) {
            p += 1;
            n += 1;
        } else if let Some((star, from)) = retry {
            retry = Some((star, from + 1));
            p = star + 1;
            n = from + 1;
        } else {
            return false;
        }
    }
    pattern[p.min(pattern.len())..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;
    use proptest::prelude::*;

    const NAMES: [&str; 5] = ["a", "b", "sel_x", "sel_y", "_hidden"];

    fn read(text: &str) -> Result<String, String> {
        let quoted = format!("'{}'", text.replace('\'', "''"));
        let mut report = Report::new("f");
        let nodes = yaml::load(&quoted, &mut report);
        let parsed = nodes
            .first()
            .and_then(|node| parse(node, "selection", &NAMES, &mut report));
        match (parsed, report.into_errors().first()) {
            (Some(expression), None) => Ok(show(&expression)),
            (_, Some(error)) => Err(error.to_string()),
            (None, None) => Err("nothing".to_owned()),
        }
    }

    fn show(expression: &Expression) -> String {
        let list = |parts: &[Expression]| parts.iter().map(show).collect::<Vec<_>>().join(" ");
        match expression {
            Expression::Selection(number) => NAMES[*number].to_owned(),
            Expression::Not(inner) => format!("!{}", show(inner)),
            Expression::And(parts) => format!("&({})", list(parts)),
            Expression::Or(parts) => format!("|({})", list(parts)),
        }
    }

    #[test]
    fn the_whole_grammar() {
        let check = |text: &str, expected: &str| assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        check("a", "a");
        check("a and b", "&(a b)");
        check("a or b and sel_x", "|(a &(b sel_x))");
        check("not a and b", "&(!a b)");
        check("not a or b", "|(!a b)");
        check("not (a or b)", "!|(a b)");
        check("not not a", "!!a");
        check("(a or b) and not sel_x", "&(|(a b) !sel_x)");
        check("1 of sel_*", "|(sel_x sel_y)");
        check("any of sel_*", "|(sel_x sel_y)");
        check("all of sel*", "&(sel_x sel_y)");
        check("all of *_x", "sel_x");
        check("1 of s*_*", "|(sel_x sel_y)");
        check("all of them", "&(a b sel_x sel_y)");
        check("1 of them and not 1 of _*", "&(|(a b sel_x sel_y) !_hidden)");
        check("a AND NOT b", "&(a !b)");
        check("(a)and(b)", "&(a b)");
        check("not 1 of sel_* and a", "&(!|(sel_x sel_y) a)");
    }

    #[test]
    fn errors_have_their_column() {
        let check = |text: &str, expected: &str| assert_eq!(read(text).unwrap_err(), expected, "{text}");
        check(
            "a and sel_z",
            "f:1:8: unknown selection `sel_z`; expected `sel_x`",
        );
        check(
            "a and",
            "f:1:7: the condition ends too early; expected a selection's name",
        );
        check("(a or b", "f:1:9: a parenthesis is not closed; expected `)`");
        check(
            "a b",
            "f:1:4: `b` after the end of the condition; expected `and`, `or` or nothing",
        );
        check(
            "2 of sel_*",
            "f:1:2: `2` of selections; expected `1`, `any` or `all`",
        );
        check("1 of nothing*", "f:1:7: unknown selection `nothing*`");
        check(
            "or a",
            "f:1:2: `or` stands where a selection should; expected a selection's name, `not` or `(`",
        );
        check(
            "a | count() > 5",
            "f:1:4: aggregations after `|` are not part of Sigma 2; expected a document with `correlation`",
        );
        let deep = format!("{}a{}", "(".repeat(60), ")".repeat(60));
        assert!(read(&deep).unwrap_err().contains("nested too deep"));
        assert!(read(&"not ".repeat(60)).unwrap_err().contains("nested too deep"));
    }

    proptest! {
        // `PROPTEST_CASES` raises the number.
        #![proptest_config(ProptestConfig::default())]
        #[test]
        fn nothing_panics(text in "([ab()|*é]|and|or|not|of|1| |them|sel_){0,20}") {
            let _ = read(&text);
        }
    }
}
