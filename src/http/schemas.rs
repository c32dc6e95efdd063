//! The schemas of the OpenAPI document, by their names: two that differ never share one.

use std::collections::BTreeMap;
use std::collections::btree_map::{Entry, IntoIter};

use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// Schemas by their names.
#[derive(Default)]
pub(super) struct Schemas(BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// Adds a type's, under its own name, with all that it refers to.
    pub(super) fn add<T: ToSchema>(&mut self) {
        let mut others = Vec::new();
        T::schemas(&mut others);
        self.extend(others);
        self.put(T::name().into_owned(), T::schema());
    }

    /// Adds others.
    pub(super) fn extend(&mut self, others: impl IntoIterator<Item = (String, RefOr<Schema>)>) {
        others.into_iter().for_each(|(name, schema)| self.put(name, schema));
    }

    /// Adds one.
    ///
    /// # Panics
    /// Where another is called so: one of the two would be lost, and the document would say of its type what is not so.
    pub(super) fn put(&mut self, name: String, schema: RefOr<Schema>) {
        match self.0.entry(name) {
            Entry::Vacant(free) => drop(free.insert(schema)),
            Entry::Occupied(known) => assert!(
                *known.get() == schema,
                "two types of the interface are called {}: say `#[schema(as = ...)]` of one",
                known.key()
            ),
        }
    }
}

impl IntoIterator for Schemas {
    type Item = (String, RefOr<Schema>);
    type IntoIter = IntoIter<String, RefOr<Schema>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
#[allow(dead_code, reason = "only described")]
mod tests {
    use super::*;

    #[derive(ToSchema)]
    #[schema(as = Thing)]
    struct One {
        name: String,
    }

    #[derive(ToSchema)]
    #[schema(as = Thing)]
    struct Other {
        name: u32,
    }

    #[derive(ToSchema)]
    struct Holder {
        other: Other,
    }

    #[test]
    fn a_type_may_be_named_again() {
        let mut schemas = Schemas::default();
        schemas.add::<One>();
        schemas.add::<One>();
        assert_eq!(schemas.into_iter().count(), 1);
    }

    #[test]
    #[should_panic(expected = "two types of the interface are called Thing")]
    fn two_types_of_one_name_are_no_document() {
        let mut schemas = Schemas::default();
        schemas.add::<One>();
        schemas.add::<Holder>();
    }
}
