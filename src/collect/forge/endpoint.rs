//! Where the interface of a GitHub server is: the public one, an enterprise server, or a server of a test.

use http::Uri;

/// The addresses of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme and authority of the interface.
    pub(crate) origin: String,
    /// What stands before every path of the REST interface: nothing, or `/api/v3`.
    pub(crate) prefix: String,
    /// The path of the GraphQL interface.
    pub(crate) graphql: String,
    /// Scheme and authority of the pages and clones.
    pub(crate) web: String,
    /// The host that subjects have to be on; none for a server on this machine, which is asked about any.
    host: Option<String>,
}

/// Why an address cannot be the interface of a server.
#[derive(Debug, thiserror::Error)]
#[error("`{address}` cannot be the address of a GitHub interface: {why}")]
pub struct EndpointError {
    address: String,
    why: &'static str,
}

/// A file of a repository, as an address shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FilePlace {
    pub(crate) owner: String,
    pub(crate) name: String,
    /// A branch, a tag or a commit; `HEAD` stands for the default branch.
    pub(crate) revision: String,
    pub(crate) path: String,
}

impl Endpoint {
    /// The public server.
    pub fn github() -> Self {
        Self {
            origin: "https://api.github.com".to_owned(),
            prefix: String::new(),
            graphql: "/graphql".to_owned(),
            web: "https://github.com".to_owned(),
            host: Some("github.com".to_owned()),
        }
    }

    /// The server whose interface a person named. Without encryption only this machine is asked.
    pub fn at(address: &str) -> Result<Self, EndpointError> {
        let wrong = |why| EndpointError { address: address.to_owned(), why };
        let uri: Uri = address.trim_end_matches('/').parse().map_err(|_| wrong("it is not a URL"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(wrong("it names no host"));
        };
        if authority.as_str().contains('@') {
            // The address is not repeated: what stands before the `@` is a secret.
            return Err(EndpointError { address: authority.host().to_owned(), why: "it must not hold a credential" });
        }
        let local = matches!(authority.host(), "127.0.0.1" | "localhost" | "[::1]");
        if !(scheme == "https" || (scheme == "http" && local)) {
            return Err(wrong("only https is used, and http on this machine"));
        }
        if uri.query().is_some() {
            return Err(wrong("it must not hold a query"));
        }
        let origin = format!("{scheme}://{authority}");
        if origin == "https://api.github.com" && uri.path() == "/" {
            return Ok(Self::github());
        }
        let path = uri.path().trim_end_matches('/');
        let graphql = match path.strip_suffix("/v3") {
            Some(stem) => format!("{stem}/graphql"),
            None => format!("{path}/graphql"),
        };
        let web = match authority.as_str().strip_prefix("api.") {
            Some(host) if path.is_empty() => format!("{scheme}://{host}"),
            _ => origin.clone(),
        };
        let host = (!local).then(|| web.split_once("://").map_or(web.as_str(), |(_, rest)| rest).to_lowercase());
        let host = host.map(|host| host.split(':').next().unwrap_or_default().to_owned());
        Ok(Self { origin, prefix: path.to_owned(), graphql, web, host })
    }

    /// Whether a subject on this host is asked about here.
    pub(crate) fn serves(&self, host: Option<&str>) -> bool {
        match &self.host {
            Some(own) => host == Some(own),
            None => host.is_some(),
        }
    }

    /// Scheme and authority of pages and clones, such as `https://github.com`.
    pub fn web(&self) -> &str {
        &self.web
    }

    /// Origin and path of an address where this server keeps the files of releases.
    pub(crate) fn place_of_files(&self, location: &str) -> Option<(String, String)> {
        let uri: Uri = location.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        let origin = format!("{scheme}://{authority}");
        let theirs = self.host.is_some() && scheme == "https" && authority.as_str().ends_with(".githubusercontent.com");
        let here = origin == self.origin || origin == self.web;
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        (here || theirs).then_some((origin, path))
    }

    /// The file that an address of this server's pages shows. Addresses on any other host show none.
    pub(crate) fn file_at(&self, address: &str) -> Option<FilePlace> {
        let uri: Uri = address.trim().parse().ok()?;
        let host = uri.host()?.to_lowercase();
        if uri.scheme_str() != Some("https") || uri.port().is_some() || uri.authority()?.as_str().contains('@') {
            return None;
        }
        let parts: Vec<&str> = uri.path().trim_start_matches('/').split('/').collect();
        let raw = self.host.as_deref() == Some("github.com") && host == "raw.githubusercontent.com";
        let (owner, name, rest) = match parts.as_slice() {
            [owner, name, rest @ ..] if raw => (owner, name, rest),
            [owner, name, "blob" | "raw", rest @ ..] if self.serves(Some(&host)) => (owner, name, rest),
            _ => return None,
        };
        let rest = rest.strip_prefix(&["refs", "heads"]).unwrap_or(rest);
        let (revision, path) = rest.split_first().filter(|(_, path)| !path.is_empty())?;
        let fine = |part: &&str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            !part.is_empty() && !matches!(*part, "." | "..") && part.chars().all(plain)
        };
        let all = [owner, name, revision].into_iter().chain(path).all(fine);
        let place = || FilePlace {
            owner: (*owner).to_owned(),
            name: (*name).to_owned(),
            revision: (*revision).to_owned(),
            path: path.join("/"),
        };
        all.then(place)
    }

    /// The path and query of an address, if it is one of this interface.
    pub(crate) fn own_path(&self, location: &str) -> Option<String> {
        if location.starts_with('/') && !location.starts_with("//") {
            return Some(location.to_owned());
        }
        let uri: Uri = location.parse().ok()?;
        let origin = format!("{}://{}", uri.scheme_str()?, uri.authority()?);
        (origin.eq_ignore_ascii_case(&self.origin))
            .then(|| uri.path_and_query().map(|path| path.as_str().to_owned()))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "https://ghe.example.org/api/v3/",
        "https://ghe.example.org",
        "/api/v3",
        "/api/graphql",
        "https://ghe.example.org"
    )]
    #[case("https://api.sub.ghe.com", "https://api.sub.ghe.com", "", "/graphql", "https://sub.ghe.com")]
    #[case("http://127.0.0.1:9911", "http://127.0.0.1:9911", "", "/graphql", "http://127.0.0.1:9911")]
    fn addresses(
        #[case] of: &str,
        #[case] origin: &str,
        #[case] prefix: &str,
        #[case] graphql: &str,
        #[case] web: &str,
    ) {
        let endpoint = Endpoint::at(of).expect("an endpoint");
        let parts =
            (endpoint.origin.as_str(), endpoint.prefix.as_str(), endpoint.graphql.as_str(), endpoint.web.as_str());
        assert_eq!(parts, (origin, prefix, graphql, web));
        assert_eq!(endpoint.serves(Some("any.example")), of.starts_with("http://127"));
        assert!(!endpoint.serves(None));
    }

    #[rstest]
    #[case("http://ghe.example.org/api/v3")]
    #[case("ftp://127.0.0.1/")]
    #[case("ghe.example.org")]
    #[case("https://h/api?x=1")]
    #[case("https://user:secret@h/api")]
    fn refuses(#[case] address: &str) {
        let error = Endpoint::at(address).expect_err("refused").to_string();
        assert!(!error.contains("secret"));
    }

    #[rstest]
    #[case(
        "https://github.com/acme/.github/blob/main/security-insights.yml",
        Some("acme/.github@main:security-insights.yml")
    )]
    #[case("https://raw.githubusercontent.com/acme/x/HEAD/a/b.yml", Some("acme/x@HEAD:a/b.yml"))]
    #[case("https://raw.githubusercontent.com/acme/x/refs/heads/main/b.yml", Some("acme/x@main:b.yml"))]
    #[case("http://github.com/acme/x/blob/main/b.yml", None)]
    #[case("https://github.com/acme/x", None)]
    #[case("https://github.com/acme/x/blob/main/../../../user", None)]
    #[case("https://github.com:8080/acme/x/blob/main/b.yml", None)]
    #[case("https://github.com@evil.example/acme/x/blob/main/b.yml", None)]
    #[case("https://evil.example/acme/x/blob/main/b.yml", None)]
    #[case("https://169.254.169.254/latest/meta-data/blob/a/b", None)]
    #[case("file:///etc/passwd", None)]
    fn files(#[case] address: &str, #[case] expected: Option<&str>) {
        let found = Endpoint::github().file_at(address);
        let found = found.map(|at| format!("{}/{}@{}:{}", at.owner, at.name, at.revision, at.path));
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn the_public_server_knows_only_its_own() {
        let endpoint = Endpoint::at("https://api.github.com/").expect("an endpoint");
        assert_eq!(endpoint, Endpoint::github());
        assert!(endpoint.serves(Some("github.com")) && !endpoint.serves(Some("github.evil.example")));
        assert_eq!(
            endpoint.own_path("https://api.github.com/repositories/1?x=2").as_deref(),
            Some("/repositories/1?x=2")
        );
        assert_eq!(endpoint.own_path("https://api.github.com.evil.example/"), None);
        assert!(endpoint.place_of_files("https://release-assets.githubusercontent.com/a?b=c").is_some());
        assert_eq!(endpoint.place_of_files("https://evil-githubusercontent.com/a"), None);
        assert_eq!(endpoint.place_of_files("http://objects.githubusercontent.com/a"), None);
        assert_eq!(endpoint.own_path("//evil.example/"), None);
    }
}
