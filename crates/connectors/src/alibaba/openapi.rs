//! A call to a product's `OpenAPI` in RPC style: `POST /?parameters`, signed with ACS3, JSON back. Products are data
//! on top of this (name of the action, parameters), which is why there is no generated client.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::de::DeserializeOwned;

use super::clock::Stamp;
use super::signing::{SignRequest, acs3, encode_query, sha256_hex};
use super::{ApiError, CallError, Credentials, Endpoint, ErrorClass};
use crate::egress::{Egress, EgressRequest};

/// One call: parameters as the vendor names them. An array is flattened by [`OpenApiCall::array`].
#[derive(Debug, Clone)]
pub struct OpenApiCall {
    action: &'static str,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
}

impl OpenApiCall {
    /// A call without parameters.
    pub fn new(action: &'static str) -> Self {
        Self {
            action,
            query: Vec::new(),
            form: Vec::new(),
        }
    }

    /// Adds a query parameter.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "numbers and strings alike read better without a borrow"
    )]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a query parameter if there is a value.
    pub fn query_opt(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds an array as `name.1`, `name.2`, …
    pub fn array(mut self, name: &str, values: &[String]) -> Self {
        for (index, value) in values.iter().enumerate() {
            self.query.push((format!("{name}.{}", index + 1), value.clone()));
        }
        self
    }

    /// Adds a parameter that goes into the form body.
    pub fn form(mut self, name: &str, value: impl Into<String>) -> Self {
        self.form.push((name.to_owned(), value.into()));
        self
    }

    /// The name of the action.
    pub fn action(&self) -> &'static str {
        self.action
    }
}

/// A client for one product at one endpoint.
#[derive(Debug, Clone)]
pub struct OpenApiClient {
    egress: Egress,
    endpoint: Endpoint,
    version: &'static str,
    credentials: Credentials,
}

impl OpenApiClient {
    /// A client for the API version of a product (`2021-10-01`).
    pub fn new(egress: Egress, endpoint: Endpoint, version: &'static str, credentials: Credentials) -> Self {
        Self {
            egress,
            endpoint,
            version,
            credentials,
        }
    }

    /// Makes the call and reads the answer into `T`.
    pub async fn call<T: DeserializeOwned>(&self, call: OpenApiCall) -> Result<T, CallError> {
        match self.call_once(&call).await {
            // The gateway refused before it did anything, so this one retry is safe for writes too.
            Err(error) if error.class() == Some(ErrorClass::NonceUsed) => self.call_once(&call).await,
            other => other,
        }
    }

    async fn call_once<T: DeserializeOwned>(&self, call: &OpenApiCall) -> Result<T, CallError> {
        let response = self.egress.send(self.request(call, &Stamp::now())).await?;
        if !response.status.is_success() {
            let request_id = response
                .headers
                .get("x-acs-request-id")
                .and_then(|id| id.to_str().ok());
            return Err(ApiError::read(response.status.as_u16(), request_id, &response.body).into());
        }
        serde_json::from_slice(&response.body).map_err(|error| CallError::malformed(call.action, error))
    }

    fn request(&self, call: &OpenApiCall, stamp: &Stamp) -> EgressRequest {
        let body = encode_query(&call.form);
        let mut headers = vec![
            ("host".to_owned(), self.endpoint.authority()),
            ("accept".to_owned(), "application/json".to_owned()),
            ("x-acs-action".to_owned(), call.action.to_owned()),
            ("x-acs-version".to_owned(), self.version.to_owned()),
            ("x-acs-date".to_owned(), stamp.iso()),
            ("x-acs-signature-nonce".to_owned(), stamp.nonce.clone()),
            ("x-acs-content-sha256".to_owned(), sha256_hex(body.as_bytes())),
        ];
        if !body.is_empty() {
            headers.push((
                "content-type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            ));
        }
        if let Some(token) = &self.credentials.security_token {
            headers.push(("x-acs-security-token".to_owned(), token.expose().to_owned()));
            headers.push((
                "x-acs-accesskey-id".to_owned(),
                self.credentials.access_key_id.clone(),
            ));
        }
        let signed = SignRequest {
            method: "POST",
            path: "/",
            query: &call.query,
            headers: &headers,
            body: body.as_bytes(),
        };
        let authorization = acs3::authorization(
            &signed,
            &self.credentials.access_key_id,
            &self.credentials.access_key_secret,
        );
        headers.push(("authorization".to_owned(), authorization));
        EgressRequest {
            method: Method::POST,
            url: self.endpoint.url("/", &encode_query(&call.query)),
            headers: header_map(&headers),
            body: Bytes::from(body),
        }
    }
}

/// Headers for the wire. A value no header can hold (a key id with a line break) is left out, so the request is
/// refused as unsigned rather than changed.
pub(super) fn header_map(headers: &[(String, String)]) -> HeaderMap {
    headers
        .iter()
        .filter_map(|(name, value)| {
            let name = name.parse::<HeaderName>().ok()?;
            let mut value = HeaderValue::from_str(value).ok()?;
            value.set_sensitive(matches!(name.as_str(), "authorization" | "x-acs-security-token"));
            Some((name, value))
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::egress::{EgressLimits, EgressPolicy};

    fn client(security_token: Option<&str>) -> OpenApiClient {
        let credentials = Credentials {
            access_key_id: "LTAI5tExampleKeyId000001".to_owned(),
            access_key_secret: "ExampleSecretKey0123456789abcdef".into(),
            security_token: security_token.map(Into::into),
        };
        let egress = Egress::new(EgressPolicy::default(), EgressLimits::default()).unwrap();
        let endpoint = "wafopenapi.cn-hangzhou.aliyuncs.com".parse().unwrap();
        OpenApiClient::new(egress, endpoint, "2021-10-01", credentials)
    }

    /// What was built must verify from nothing but what is on the wire, as a server sees it.
    fn verify(request: &EgressRequest) -> bool {
        let query: Vec<_> = form_urlencoded::parse(request.url.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().to_owned()))
            .collect();
        let seen = SignRequest {
            method: request.method.as_str(),
            path: request.url.path(),
            query: &query,
            headers: &headers,
            body: &request.body,
        };
        let parsed = acs3::parse_authorization(seen.header("authorization").unwrap()).unwrap();
        assert!(parsed.signed_headers.contains(&"host") && parsed.signed_headers.contains(&"x-acs-date"));
        acs3::signature(
            &seen,
            &parsed.signed_headers,
            &"ExampleSecretKey0123456789abcdef".into(),
        ) == parsed.signature
    }

    #[test]
    fn a_built_request_verifies_on_the_other_side() {
        let call = OpenApiCall::new("CreateDefenseRule")
            .query("InstanceId", "waf_v3prepaid_public_cn-example01")
            .query("TemplateId", 7240)
            .query_opt("ResourceManagerResourceGroupId", None::<String>)
            .array(
                "BindResources",
                &["www.example.com-waf".to_owned(), "a b*~中".to_owned()],
            )
            .form(
                "Rules",
                r#"[{"name":"ctdr-1","conditions":[{"values":"203.0.113.7"}]}]"#,
            );
        for token in [None, Some("CAISExampleStsToken==")] {
            let request = client(token).request(&call, &Stamp::now());
            assert!(verify(&request));
            assert_eq!(
                request.headers.contains_key("x-acs-security-token"),
                token.is_some()
            );
            let query = request.url.query().unwrap();
            assert!(
                query.contains("BindResources.1=www.example.com-waf&BindResources.2=a%20b%2A~%E4%B8%AD"),
                "{query}"
            );

            let changed = EgressRequest {
                body: Bytes::from_static(b"Rules=%5B%5D"),
                ..request
            };
            assert!(!verify(&changed));
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let client = client(Some("CAISExampleStsToken=="));
        let shown = format!(
            "{client:?}{:?}",
            client.request(&OpenApiCall::new("DescribeInstance"), &Stamp::now())
        );
        assert!(
            !shown.contains("ExampleSecretKey") && !shown.contains("CAISExampleStsToken"),
            "{shown}"
        );
    }
}
