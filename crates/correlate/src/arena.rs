//! Numbered slots: what refers to a node, an event or an entity holds a small number, not a string or a pointer.

use serde::{Deserialize, Serialize};
use std::{
    marker::PhantomData,
    ops::{Index, IndexMut},
};

/// The number of a slot of one arena.
pub(crate) trait Handle: Copy {
    /// The handle of a slot.
    fn from_slot(slot: u32) -> Self;
    /// The slot.
    fn slot(self) -> u32;
}

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(u32);

        impl $crate::arena::Handle for $name {
            fn from_slot(slot: u32) -> Self {
                Self(slot)
            }

            fn slot(self) -> u32 {
                self.0
            }
        }
    };
}
pub(crate) use handle;

/// Items in slots; the slot freed last is filled first, so that undoing and redoing lands where it was.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>"))]
pub(crate) struct Arena<I, T> {
    slots: Vec<Option<T>>,
    free: Vec<u32>,
    #[serde(skip)]
    handle: PhantomData<fn() -> I>,
}

impl<I, T> Default for Arena<I, T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            handle: PhantomData,
        }
    }
}

impl<I: Handle, T> Arena<I, T> {
    pub(crate) fn insert(&mut self, item: T) -> I {
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = Some(item);
            return I::from_slot(slot);
        }
        self.slots.push(Some(item));
        I::from_slot(self.slots.len() as u32 - 1)
    }

    pub(crate) fn remove(&mut self, handle: I) -> Option<T> {
        let item = self.slots[handle.slot() as usize].take();
        if item.is_some() {
            self.free.push(handle.slot());
        }
        item
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        let numbered = self.slots.iter().enumerate();
        numbered.filter_map(|(slot, item)| Some((I::from_slot(slot as u32), item.as_ref()?)))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (I, &mut T)> {
        let numbered = self.slots.iter_mut().enumerate();
        numbered.filter_map(|(slot, item)| Some((I::from_slot(slot as u32), item.as_mut()?)))
    }
}

impl<I: Handle, T> Index<I> for Arena<I, T> {
    type Output = T;

    fn index(&self, handle: I) -> &T {
        match &self.slots[handle.slot() as usize] {
            Some(item) => item,
            None => unreachable!("slot {} was freed while in use", handle.slot()),
        }
    }
}

impl<I: Handle, T> IndexMut<I> for Arena<I, T> {
    fn index_mut(&mut self, handle: I) -> &mut T {
        match &mut self.slots[handle.slot() as usize] {
            Some(item) => item,
            None => unreachable!("slot {} was freed while in use", handle.slot()),
        }
    }
}
