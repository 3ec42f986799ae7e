//! A list that is complete when drawn, and loses elements when shrunk.
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::fmt::Debug;

/// A strategy that draws the whole list; shrinking takes elements out, one at a time.
pub fn keep_all<T: Clone + Debug>(elements: Vec<T>) -> KeepAll<T> {
    KeepAll(elements)
}

/// See [`keep_all`].
#[derive(Clone, Debug)]
pub struct KeepAll<T>(Vec<T>);

/// The elements that are left, and which one is tried next.
#[derive(Clone, Debug)]
pub struct KeepTree<T> {
    elements: Vec<T>,
    kept: Vec<bool>,
    next: usize,
    last: Option<usize>,
}

impl<T: Clone + Debug> Strategy for KeepAll<T> {
    type Tree = KeepTree<T>;
    type Value = Vec<T>;

    fn new_tree(&self, _: &mut TestRunner) -> NewTree<Self> {
        Ok(KeepTree {
            elements: self.0.clone(),
            kept: vec![true; self.0.len()],
            next: 0,
            last: None,
        })
    }
}

impl<T: Clone + Debug> ValueTree for KeepTree<T> {
    type Value = Vec<T>;

    fn current(&self) -> Vec<T> {
        let all = self.elements.iter().zip(&self.kept);
        all.filter(|(_, kept)| **kept)
            .map(|(element, _)| element.clone())
            .collect()
    }

    fn simplify(&mut self) -> bool {
        self.last = (self.next < self.kept.len()).then_some(self.next);
        if let Some(place) = self.last {
            self.kept[place] = false;
            self.next += 1;
        }
        self.last.is_some()
    }

    fn complicate(&mut self) -> bool {
        let Some(place) = self.last.take() else {
            return false;
        };
        self.kept[place] = true;
        true
    }
}
