//! The group `urls`. The secret is not told: the library shows it to nobody.

use pusher_core::{App, Base, Cluster};
use pusher_vectors::urls::Input;
use serde_json::{Value, json};

use super::{Said, refused};

pub(super) fn said(input: &Input) -> Said {
    match input {
        Input::Url(url) => {
            let app = App::from_url(url).map_err(refused("url"))?;
            let mut told = place(app.base());
            let text = app.base().to_string();
            // Behind the authority stands the prefix.
            let behind = text.split_once("://").map_or("", |(_, rest)| rest);
            let prefix = behind.find('/').and_then(|start| behind.get(start..)).unwrap_or_default();
            if let Some(told) = told.as_object_mut() {
                told.insert("app_id".to_owned(), json!(app.app_id()));
                told.insert("key".to_owned(), json!(app.key()));
                told.insert("prefix".to_owned(), json!(prefix));
            }
            Ok(told)
        }
        Input::Cluster(cluster) => {
            let cluster = match cluster {
                Some(cluster) => cluster.parse().map_err(refused("cluster"))?,
                None => Cluster::default(),
            };
            Ok(place(&Base::of_cluster(&cluster)))
        }
    }
}

fn place(base: &Base) -> Value {
    let scheme = if base.is_plaintext() { "http" } else { "https" };
    json!({ "scheme": scheme, "host": base.host(), "port": base.port() })
}
