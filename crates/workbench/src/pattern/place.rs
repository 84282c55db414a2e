//! Where a path such as `steps[1].when.conditions[0].left` stands in a file.

use sigma::{
    Position, Report,
    yaml::{self, Data, Node},
};

/// Line and column of a path; of the nearest node around it if it is not there.
pub fn of(text: &str, path: &str) -> (usize, usize) {
    let documents = yaml::load(text, &mut Report::new(""));
    let Some(mut node) = documents.first() else {
        return (1, 1);
    };
    let mut at = node.position();
    for part in parts(path) {
        let Some((inner, place)) = step(node, part) else {
            break;
        };
        node = inner;
        at = place;
    }
    (at.line, at.column)
}

/// `a[1].b` is `a`, `1`, `b`.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '[', ']']).filter(|part| !part.is_empty())
}

/// The node one part further; a key of a map is told by the place of the key.
fn step<'n>(node: &'n Node, part: &str) -> Option<(&'n Node, Position)> {
    match &node.data {
        Data::Map(entries) => {
            let entry = entries.iter().find(|entry| entry.key.text == part)?;
            Some((&entry.value, entry.key.position()))
        }
        Data::List(items) => {
            let item = items.get(part.parse::<usize>().ok()?)?;
            Some((item, item.position()))
        }
        Data::Scalar(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn paths_have_places() {
        let text = "id: x\nsteps:\n  - name: a\n  - name: b\n    when: {conditions: [{left: rule}]}\n";
        assert_eq!(of(text, ""), (1, 1));
        assert_eq!(of(text, "id"), (1, 1));
        assert_eq!(of(text, "steps[1]"), (4, 5));
        assert_eq!(of(text, "steps[1].when.conditions[0].left"), (5, 26));
        assert_eq!(of(text, "steps[1].gap"), (4, 5));
        assert_eq!(of(text, "steps[7].gap"), (2, 1));
        assert_eq!(of("", "id"), (1, 1));
    }
}
