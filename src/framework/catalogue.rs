//! The types of a provider, by name.
//!
//! Terraform starts a provider process for each step of a run, and a process that plans flow logs does not need the
//! schema of a query. A model is therefore lowered on the first use of its type. Must not know which types exist.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use super::{
    Action, DataSource, EphemeralResource, ErasedAction, ErasedDataSource, ErasedEphemeralResource,
    ErasedFunction, ErasedListResource, ErasedResource, Function, ListResource, LowerError,
    Resource,
};
use super::{action, data_source, ephemeral, function, list_resource, resource};

/// The types of a provider.
#[derive(Debug)]
pub struct Catalogue<C> {
    /// Resources.
    pub resources: Types<dyn ErasedResource<C>>,
    /// Data sources.
    pub data_sources: Types<dyn ErasedDataSource<C>>,
    /// Functions.
    pub functions: Types<dyn ErasedFunction>,
    /// List resources.
    pub list_resources: Types<dyn ErasedListResource<C>>,
    /// Ephemeral resources.
    pub ephemeral_resources: Types<dyn ErasedEphemeralResource<C>>,
    /// Actions.
    pub actions: Types<dyn ErasedAction<C>>,
}

/// The types of one kind.
pub struct Types<T: ?Sized>(BTreeMap<&'static str, Lowered<T>>);

type Lowered<T> = LazyLock<Result<Box<T>, LowerError>, Lower<T>>;
type Lower<T> = Box<dyn FnOnce() -> Result<Box<T>, LowerError> + Send>;

impl<C> Default for Catalogue<C> {
    fn default() -> Self {
        Self {
            resources: Types::default(),
            data_sources: Types::default(),
            functions: Types::default(),
            list_resources: Types::default(),
            ephemeral_resources: Types::default(),
            actions: Types::default(),
        }
    }
}

impl<C: Send + Sync + 'static> Catalogue<C> {
    /// Adds a resource.
    #[must_use]
    pub fn resource<R: Resource<Connection = C>>(mut self, typed: R) -> Self {
        self.resources.add(R::TYPE_NAME, || resource::erase(typed));
        self
    }

    /// Adds a data source.
    #[must_use]
    pub fn data_source<D: DataSource<Connection = C>>(mut self, typed: D) -> Self {
        self.data_sources
            .add(D::TYPE_NAME, || data_source::erase(typed));
        self
    }

    /// Adds a function.
    #[must_use]
    pub fn function<F: Function>(mut self) -> Self {
        self.functions.add(F::NAME, function::erase::<F>);
        self
    }

    /// Adds a list resource.
    #[must_use]
    pub fn list_resource<L: ListResource>(mut self, typed: L) -> Self
    where
        L::Resource: Resource<Connection = C>,
    {
        self.list_resources
            .add(L::Resource::TYPE_NAME, || list_resource::erase(typed));
        self
    }

    /// Adds an ephemeral resource.
    #[must_use]
    pub fn ephemeral<E: EphemeralResource<Connection = C>>(mut self, typed: E) -> Self {
        self.ephemeral_resources
            .add(E::TYPE_NAME, || ephemeral::erase(typed));
        self
    }

    /// Adds an action.
    #[must_use]
    pub fn action<A: Action<Connection = C>>(mut self, typed: A) -> Self {
        self.actions.add(A::TYPE_NAME, || action::erase(typed));
        self
    }
}

impl<T: ?Sized> Types<T> {
    /// Returns the type with this name, or `None` if there is none.
    ///
    /// # Errors
    /// The model cannot be lowered to a schema, or the arguments to a signature.
    pub fn get(&self, name: &str) -> Result<Option<&T>, LowerError> {
        self.0.get(name).map(lowered).transpose()
    }

    /// Returns all names in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// Returns all types in the order of their names.
    ///
    /// # Errors
    /// The first error of [`Types::get`].
    pub fn all(&self) -> Result<Vec<(&'static str, &T)>, LowerError> {
        let types = self.0.iter();
        types.map(|(name, ty)| Ok((*name, lowered(ty)?))).collect()
    }

    fn add(
        &mut self,
        name: &'static str,
        lower: impl FnOnce() -> Result<Box<T>, LowerError> + Send + 'static,
    ) {
        self.0.insert(name, LazyLock::new(Box::new(lower)));
    }
}

fn lowered<T: ?Sized>(ty: &Lowered<T>) -> Result<&T, LowerError> {
    match &**ty {
        Ok(ty) => Ok(ty),
        Err(error) => Err(error.clone()),
    }
}

impl<T: ?Sized> Default for Types<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: ?Sized> fmt::Debug for Types<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
