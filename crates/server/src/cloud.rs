//! Connections → clients: which account, which endpoint, which key.
//!
//! Secrets leave the store here and go nowhere but into a signer.

use connectors::{
    Secret,
    alibaba::{
        CallError, Credentials, Endpoint, EndpointError,
        openapi::OpenApiClient,
        sls::{SignatureVersion, SlsClient, SlsConfig, SlsConfigError},
        waf::{self, Resources, WafActuator, WafApi},
    },
    egress::Egress,
};
use model::{Provider, TenantId, policy::ScopeMember};
use respond::{Actuator, recommend::Connected};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use store::{Connection, Store};

/// What a connection's configuration holds beside its key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionConfig {
    /// The region, such as `cn-hangzhou`.
    pub region: String,
    /// Endpoints that replace the vendor's own.
    #[serde(default)]
    pub endpoints: Endpoints,
}

/// Endpoints that replace the vendor's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    /// The log service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sls: Option<String>,
    /// The web application firewall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waf: Option<String>,
}

/// What a source that is pulled from the log service is configured with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlsSource {
    /// The project.
    pub project: String,
    /// The log store.
    pub logstore: String,
    /// The region, where it is not the connection's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// The store failed.
    #[error("the store refuses")]
    Store(#[from] store::Error),
    /// The connection was removed.
    #[error("connection `{0}` does not exist")]
    NoConnection(String),
    /// The secret or the configuration cannot be read.
    #[error("connection `{0}` cannot be read")]
    Unreadable(String),
    /// The provider has no such service here.
    #[error("connections to `{0}` cannot be used for this")]
    Provider(Provider),
    /// An endpoint makes no sense.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// Project, log store or region make no sense.
    #[error(transparent)]
    Sls(#[from] SlsConfigError),
    /// The cloud refused.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The account has no firewall.
    #[error("account `{0}` has no working WAF 3.0 instance in this region")]
    NoInstance(String),
}

/// All connections of a tenant.
pub struct Clouds {
    tenant: TenantId,
    store: Store,
    egress: Egress,
    /// Kept, so that calls to one instance share one pace.
    actuators: Mutex<HashMap<ScopeMember, Arc<WafActuator>>>,
    instances: Mutex<HashMap<String, String>>,
}

impl Clouds {
    /// The connections of `tenant`.
    pub fn new(tenant: TenantId, store: Store, egress: Egress) -> Self {
        Self {
            tenant,
            store,
            egress,
            actuators: Mutex::default(),
            instances: Mutex::default(),
        }
    }

    /// A client of the log service for one log store.
    pub async fn sls(&self, connection: &str, source: &SlsSource) -> Result<SlsClient, CloudError> {
        let (connection, config) = self.connection(connection).await?;
        let region = source.region.as_ref().unwrap_or(&config.region);
        let endpoint: Endpoint = match &config.endpoints.sls {
            Some(endpoint) => endpoint.parse()?,
            None => Endpoint::log_service(region)?,
        };
        let credentials = self.credentials(&connection).await?;
        let config = SlsConfig::new(
            endpoint,
            region,
            &source.project,
            &source.logstore,
            SignatureVersion::V4,
            credentials,
        )?;
        Ok(SlsClient::new(self.egress.clone(), config))
    }

    /// A client of the firewall.
    pub async fn waf(&self, connection: &str) -> Result<WafApi, CloudError> {
        let (connection, config) = self.connection(connection).await?;
        // The vendor runs the firewall's API in two places: one for the mainland, one for the rest.
        let region = if config.region.starts_with("cn-") && config.region != "cn-hongkong" {
            "cn-hangzhou"
        } else {
            "ap-southeast-1"
        };
        let endpoint: Endpoint = match &config.endpoints.waf {
            Some(endpoint) => endpoint.parse()?,
            None => Endpoint::waf(region)?,
        };
        let credentials = self.credentials(&connection).await?;
        let client = OpenApiClient::new(self.egress.clone(), endpoint, waf::VERSION, credentials);
        Ok(WafApi::new(client, region, None))
    }

    /// The actuator of one place.
    pub async fn actuator(&self, place: &ScopeMember) -> Result<Arc<dyn Actuator>, CloudError> {
        if let Some(known) = self
            .actuators
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(place)
        {
            return Ok(Arc::clone(known) as Arc<dyn Actuator>);
        }
        let api = self.waf(&place.connection).await?;
        let actuator = Arc::new(WafActuator::new(
            api,
            Some(place.instance.clone()),
            Resources::All,
        ));
        let mut actuators = self.actuators.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(actuators.entry(place.clone()).or_insert(actuator)) as Arc<dyn Actuator>)
    }

    /// The firewall instance of a connection.
    pub async fn instance(&self, connection: &Connection) -> Result<String, CloudError> {
        if let Some(known) = self
            .instances
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&connection.id)
        {
            return Ok(known.clone());
        }
        let found = self.waf(&connection.id).await?.instance().await?;
        let instance = found
            .active_id()
            .map(str::to_owned)
            .ok_or_else(|| CloudError::NoInstance(connection.account.clone()))?;
        let mut instances = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        instances.insert(connection.id.clone(), instance.clone());
        Ok(instance)
    }

    /// Every place there is to act in. A connection that cannot be asked is left out, and logged.
    pub async fn connected(&self) -> Result<Vec<Connected>, CloudError> {
        let mut scope = Vec::new();
        for connection in self.store.connection_list(&self.tenant).await? {
            if connection.provider != Provider::Alibaba {
                continue;
            }
            match self.instance(&connection).await {
                Ok(instance) => scope.push(ScopeMember {
                    connection: connection.id.clone(),
                    account: connection.account.clone(),
                    instance,
                }),
                Err(error) => tracing::warn!(
                    connection.id = %connection.id,
                    error = &error as &dyn std::error::Error,
                    "connection `{}` has no place to block in", connection.title
                ),
            }
        }
        Ok(vec![Connected {
            system: waf::SYSTEM.to_owned(),
            scope,
        }])
    }

    /// Forgets what is known of a connection that was changed or removed.
    pub fn forget(&self, connection: &str) {
        self.instances
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(connection);
        let mut actuators = self.actuators.lock().unwrap_or_else(PoisonError::into_inner);
        actuators.retain(|place, _| place.connection != connection);
    }

    async fn connection(&self, id: &str) -> Result<(Connection, ConnectionConfig), CloudError> {
        let connection = self
            .store
            .connection_fetch(&self.tenant, id)
            .await?
            .ok_or_else(|| CloudError::NoConnection(id.to_owned()))?;
        if connection.provider != Provider::Alibaba {
            return Err(CloudError::Provider(connection.provider));
        }
        let config = serde_json::from_value(connection.config.clone())
            .map_err(|_| CloudError::Unreadable(id.to_owned()))?;
        Ok((connection, config))
    }

    async fn credentials(&self, connection: &Connection) -> Result<Credentials, CloudError> {
        let unreadable = || CloudError::Unreadable(connection.id.clone());
        let secret = self
            .store
            .connection_secret(&self.tenant, &connection.id)
            .await?
            .ok_or_else(unreadable)?;
        let secret = std::str::from_utf8(secret.expose()).map_err(|_| unreadable())?;
        Ok(Credentials {
            access_key_id: connection.access_key_id.clone(),
            access_key_secret: Secret::new(secret),
            security_token: None,
        })
    }
}
