//! Schemas with names, and what they refer to.

use utoipa::ToSchema;
use utoipa::openapi::schema::{Discriminator, Object, OneOf, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};

/// A schema by name, together with those it refers to.
#[derive(Clone, Debug)]
pub struct Shape {
    name: String,
    schema: RefOr<Schema>,
    needs: Vec<(String, RefOr<Schema>)>,
}

impl Shape {
    /// The shape of a type as it is written in answers: what has no value is left out.
    #[must_use]
    pub fn of<T: ToSchema>() -> Self {
        let mut shape = Self::read::<T>();
        absent_rather_than_null(&mut shape.schema);
        for (_, needed) in &mut shape.needs {
            absent_rather_than_null(needed);
        }
        shape
    }

    /// The shape of a type as it is read from requests: null is as good as left out.
    #[must_use]
    pub fn read<T: ToSchema>() -> Self {
        let mut needs = Vec::new();
        T::schemas(&mut needs);
        Self {
            name: T::name().into_owned(),
            schema: T::schema(),
            needs,
        }
    }

    /// The same shape whose text `property` has one of `values`.
    #[must_use]
    pub fn only(mut self, property: &str, values: &[&str]) -> Self {
        if let RefOr::T(Schema::Object(object)) = &mut self.schema
            && let Some(property) = object.properties.get_mut(property)
        {
            let mut narrowed = Object::with_type(Type::String);
            narrowed.enum_values = Some(values.iter().map(|value| (*value).into()).collect());
            narrowed.description = description_of(property);
            *property = narrowed.into();
        }
        self
    }

    /// A shape that has some of the properties only, described anew.
    #[must_use]
    pub fn with(
        mut self,
        name: &str,
        description: &str,
        required: &[&str],
        optional: &[&str],
    ) -> Self {
        name.clone_into(&mut self.name);
        if let RefOr::T(Schema::Object(object)) = &mut self.schema {
            object.description = Some(description.to_owned());
            object.required = required.iter().map(|name| (*name).to_owned()).collect();
            object
                .properties
                .retain(|name, _| [required, optional].concat().contains(&name.as_str()));
        }
        self
    }

    /// Exactly one of several shapes. If they are told apart by a property, each has values of
    /// its own for it.
    #[must_use]
    pub fn one_of<const N: usize>(
        name: &str,
        description: &str,
        told_apart_by: Option<&str>,
        shapes: [Self; N],
    ) -> Self {
        let mut one_of = OneOf::new();
        one_of.description = Some(description.to_owned());
        one_of.items = shapes
            .iter()
            .map(|shape| shape.reference().into())
            .collect();
        one_of.discriminator = told_apart_by.map(|property| {
            let values = |shape: &Self| {
                let location = shape.reference().ref_location;
                let values = shape.values_of(property).into_iter();
                values.map(move |value| (value, location.clone()))
            };
            Discriminator::with_mapping(property, shapes.iter().flat_map(values))
        });
        Self {
            name: name.to_owned(),
            schema: RefOr::T(one_of.into()),
            needs: shapes.into_iter().flat_map(Self::components).collect(),
        }
    }

    /// Names of the properties; of a choice, those of every shape.
    #[must_use]
    pub fn properties(&self) -> Vec<&str> {
        let choices = match &self.schema {
            RefOr::T(Schema::OneOf(one_of)) => one_of.items.as_slice(),
            own => return property_names(own).collect(),
        };
        let needed = choices.iter().filter_map(|choice| match choice {
            RefOr::Ref(choice) => self
                .needs
                .iter()
                .find(|(name, _)| Ref::from_schema_name(name) == *choice),
            RefOr::T(_) => None,
        });
        needed
            .flat_map(|(_, schema)| property_names(schema))
            .collect()
    }

    pub(super) fn reference(&self) -> Ref {
        Ref::from_schema_name(&self.name)
    }

    pub(super) fn components(self) -> Vec<(String, RefOr<Schema>)> {
        let mut components = self.needs;
        components.push((self.name, self.schema));
        components
    }

    fn values_of(&self, property: &str) -> Vec<String> {
        let RefOr::T(Schema::Object(object)) = &self.schema else {
            return Vec::new();
        };
        let Some(RefOr::T(Schema::Object(property))) = object.properties.get(property) else {
            return Vec::new();
        };
        let values = property.enum_values.iter().flatten();
        let texts = values.filter_map(|value| value.as_str().map(str::to_owned));
        texts.collect()
    }
}

fn property_names(schema: &RefOr<Schema>) -> impl Iterator<Item = &str> {
    let object = match schema {
        RefOr::T(Schema::Object(object)) => Some(object),
        _ => None,
    };
    let names = object
        .into_iter()
        .flat_map(|object| object.properties.keys());
    names.map(String::as_str)
}

fn description_of(schema: &RefOr<Schema>) -> Option<String> {
    match schema {
        RefOr::Ref(reference) => Some(reference.description.clone()).filter(|d| !d.is_empty()),
        RefOr::T(Schema::Object(object)) => object.description.clone(),
        RefOr::T(Schema::OneOf(one_of)) => one_of.description.clone(),
        RefOr::T(_) => None,
    }
}

/// Optional properties are left out of answers, never null.
///
/// `Option` is derived as a value or null; only one that is required really is.
fn absent_rather_than_null(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else {
        return;
    };
    for (name, property) in &mut object.properties {
        if object.required.contains(name) {
            continue;
        }
        match property {
            RefOr::T(Schema::Object(value)) => not_null(&mut value.schema_type),
            RefOr::T(Schema::Array(value)) => not_null(&mut value.schema_type),
            RefOr::T(Schema::OneOf(one_of)) => {
                let mut choices = one_of.items.iter();
                if let Some(value) = choices.find(|one| matches!(one, RefOr::Ref(_))).cloned() {
                    *property = value;
                }
            }
            _ => {}
        }
    }
}

fn not_null(schema_type: &mut SchemaType) {
    if let SchemaType::Array(types) = schema_type {
        types.retain(|one| *one != Type::Null);
        if let [only] = types.as_slice() {
            *schema_type = SchemaType::Type(only.clone());
        }
    }
}
