//! The scalars of one record, found by the number of their path, and what becomes of those nobody took.

use crate::{
    plan::{PathId, PathIndex, Place, is_absent},
    tree::{Kind, Node},
};
use model::{Field, Value};
use std::borrow::Cow;

/// The scalars of one record.
pub(crate) struct Leaves<'t, 'p> {
    index: &'p PathIndex,
    all: Vec<Leaf<'t>>,
    /// First and last leaf of each path; leaves of one path are chained in the order written.
    ends: Vec<Option<(usize, usize)>>,
}

struct Leaf<'t> {
    field: Field<'t>,
    name: Name<'t>,
    next: Option<usize>,
    taken: bool,
}

enum Name<'t> {
    /// A path some field asks for.
    Known(PathId),
    /// The key under which it stays unmapped.
    Unknown(Cow<'t, str>),
}

impl<'t, 'p> Leaves<'t, 'p> {
    /// Collects the scalars; those by which the log says that there is none are left out.
    pub(crate) fn collect(root: &Node<'t>, index: &'p PathIndex, absent: &[String]) -> Self {
        let mut leaves = Self {
            index,
            all: Vec::new(),
            ends: vec![None; index.len()],
        };
        leaves.walk(root, index.root(), Cow::Borrowed(""), absent);
        leaves
    }

    fn walk(&mut self, node: &Node<'t>, place: Place, name: Cow<'t, str>, absent: &[String]) {
        match &node.kind {
            // A null fills no field, but stays unmapped: "present, but null" is something a rule may ask.
            Kind::Leaf(value) if !matches!(value, Value::Null) && is_absent(value, absent) => {}
            Kind::Leaf(value) => {
                let field = Field {
                    value: value.clone(),
                    span: Some(node.span),
                };
                self.push(field, place, name);
            }
            Kind::List(items) => {
                let place = self.index.each(place);
                for item in items {
                    self.walk(item, place, name.clone(), absent);
                }
            }
            Kind::Object(members) => {
                for (key, value) in members {
                    let place = self.index.child(place, key);
                    let name = if name.is_empty() {
                        key.clone()
                    } else {
                        Cow::Owned(format!("{name}.{key}"))
                    };
                    self.walk(value, place, name, absent);
                }
            }
        }
    }

    fn push(&mut self, field: Field<'t>, place: Place, name: Cow<'t, str>) {
        let at = self.all.len();
        let known = self
            .index
            .path(place)
            .filter(|_| !matches!(field.value, Value::Null));
        if let Some(path) = known {
            let ends = &mut self.ends[usize::from(path.0)];
            match ends {
                Some((_, last)) => {
                    self.all[*last].next = Some(at);
                    *last = at;
                }
                None => *ends = Some((at, at)),
            }
        }
        let name = known.map_or_else(|| Name::Unknown(name), Name::Known);
        self.all.push(Leaf {
            field,
            name,
            next: None,
            taken: false,
        });
    }

    /// The first value at a path.
    pub(crate) fn first(&self, path: PathId) -> Option<&Field<'t>> {
        let (first, _) = self.ends[usize::from(path.0)]?;
        Some(&self.all[first].field)
    }

    /// The first value at a path, which counts as taken.
    pub(crate) fn take_first(&mut self, path: PathId) -> Option<Field<'t>> {
        let (first, _) = self.ends[usize::from(path.0)]?;
        self.all[first].taken = true;
        Some(self.all[first].field.clone())
    }

    /// Hands every value at a path to `take`, which says whether it could use it.
    pub(crate) fn take_each(&mut self, path: PathId, take: &mut dyn FnMut(&Field<'t>) -> bool) {
        let mut at = self.ends[usize::from(path.0)].map(|(first, _)| first);
        while let Some(leaf) = at.map(|at| &mut self.all[at]) {
            leaf.taken |= take(&leaf.field);
            at = leaf.next;
        }
    }

    /// What nobody took, by key, keys in alphabetical order.
    pub(crate) fn unmapped(self) -> Vec<(Cow<'t, str>, Vec<Field<'t>>)> {
        let index = self.index;
        let mut rest: Vec<(Cow<'t, str>, Field<'t>)> = self
            .all
            .into_iter()
            .filter(|leaf| !leaf.taken)
            .map(|leaf| match leaf.name {
                Name::Known(path) => (Cow::Owned(index.name(path).to_owned()), leaf.field),
                Name::Unknown(name) => (name, leaf.field),
            })
            .collect();
        rest.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut grouped: Vec<(Cow<'t, str>, Vec<Field<'t>>)> = Vec::new();
        for (key, field) in rest {
            match grouped.last_mut() {
                Some((last, fields)) if *last == key => fields.push(field),
                _ => grouped.push((key, vec![field])),
            }
        }
        grouped
    }
}
