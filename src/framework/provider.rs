//! The provider as its author writes it: its configuration, what it connects to, and its catalogue.
//!
//! Must not know which nouns there are, nor how they are called.

use std::collections::BTreeMap;
use std::future::Future;

use tokio_util::sync::CancellationToken;

use super::{
    DataSource, Diagnostics, EphemeralResource, ErasedDataSource, ErasedEphemeralResource,
    ErasedFunction, ErasedListResource, ErasedResource, Function, ListResource, LowerError, Model,
    Resource,
};

/// A provider: one configuration, one connection made of it, and the types that use the connection.
pub trait Provider: Send + Sync + 'static {
    /// The provider block.
    type Config: Model;
    /// What a configured provider hands to its resources and data sources.
    type Connection: Send + Sync + 'static;

    /// Judges the parts of the configuration that are known; `Attr::Unknown` is normal here.
    fn validate(&self, config: &Self::Config, diagnostics: &mut Diagnostics);

    /// Makes the connection. Unknown values are normal during a plan.
    fn configure(
        &self,
        config: Self::Config,
        stop: CancellationToken,
        warnings: &mut Diagnostics,
    ) -> impl Future<Output = Result<Self::Connection, Diagnostics>> + Send;

    /// Gives the types of this provider.
    ///
    /// # Errors
    /// The first model that cannot be a schema.
    fn catalogue() -> Result<Catalogue<Self::Connection>, LowerError>;
}

/// The types of a provider, by name.
pub struct Catalogue<C> {
    /// Resources.
    pub resources: BTreeMap<&'static str, Box<dyn ErasedResource<C>>>,
    /// Data sources.
    pub data_sources: BTreeMap<&'static str, Box<dyn ErasedDataSource<C>>>,
    /// Functions.
    pub functions: BTreeMap<&'static str, Box<dyn ErasedFunction>>,
    /// List resources.
    pub list_resources: BTreeMap<&'static str, Box<dyn ErasedListResource<C>>>,
    /// Ephemeral resources.
    pub ephemeral_resources: BTreeMap<&'static str, Box<dyn ErasedEphemeralResource<C>>>,
}

impl<C> std::fmt::Debug for Catalogue<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalogue")
            .field("resources", &self.resources.keys())
            .field("data_sources", &self.data_sources.keys())
            .field("functions", &self.functions.keys())
            .field("list_resources", &self.list_resources.keys())
            .field("ephemeral_resources", &self.ephemeral_resources.keys())
            .finish()
    }
}

impl<C> Default for Catalogue<C> {
    fn default() -> Self {
        Self {
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            functions: BTreeMap::new(),
            list_resources: BTreeMap::new(),
            ephemeral_resources: BTreeMap::new(),
        }
    }
}

impl<C: Send + Sync + 'static> Catalogue<C> {
    /// Adds a resource.
    ///
    /// # Errors
    /// The model cannot be a schema.
    pub fn resource<R: Resource<Connection = C>>(
        mut self,
        resource: R,
    ) -> Result<Self, LowerError> {
        let erased = super::resource::erase(resource)?;
        self.resources.insert(R::TYPE_NAME, erased);
        Ok(self)
    }

    /// Adds a data source.
    ///
    /// # Errors
    /// The model cannot be a schema.
    pub fn data_source<D: DataSource<Connection = C>>(
        mut self,
        data_source: D,
    ) -> Result<Self, LowerError> {
        let erased = super::data_source::erase(data_source)?;
        self.data_sources.insert(D::TYPE_NAME, erased);
        Ok(self)
    }

    /// Adds a function.
    ///
    /// # Errors
    /// The arguments cannot be a signature.
    pub fn function<F: Function>(mut self) -> Result<Self, LowerError> {
        self.functions
            .insert(F::NAME, super::function::erase::<F>()?);
        Ok(self)
    }

    /// Adds a list resource.
    ///
    /// # Errors
    /// The model cannot be a schema, or what it lists has no identity.
    pub fn list_resource<L: ListResource>(mut self, list_resource: L) -> Result<Self, LowerError>
    where
        L::Resource: Resource<Connection = C>,
    {
        let erased = super::list_resource::erase(list_resource)?;
        self.list_resources.insert(L::Resource::TYPE_NAME, erased);
        Ok(self)
    }

    /// Adds an ephemeral resource.
    ///
    /// # Errors
    /// The model cannot be a schema.
    pub fn ephemeral<E: EphemeralResource<Connection = C>>(
        mut self,
        resource: E,
    ) -> Result<Self, LowerError> {
        let erased = super::ephemeral::erase(resource)?;
        self.ephemeral_resources.insert(E::TYPE_NAME, erased);
        Ok(self)
    }
}
