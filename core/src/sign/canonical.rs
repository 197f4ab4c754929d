//! The parameters of a request as the server will recompute them. This file knows strings; it does
//! not know HTTP types, endpoints or secrets.

use std::borrow::Cow;

use super::digest::{Ascii, md5_hex};

/// The parameters of one request, in the order in which they are signed and sent: sorted by their
/// lower-cased keys.
pub(crate) struct Parameters<'a> {
    auth_key: &'a str,
    auth_timestamp: Ascii<20>,
    body_md5: Option<Ascii<32>>,
    extra: Vec<Extra<'a>>,
}

/// A key and a value of the caller, as they are meant and not encoded.
type Extra<'a> = (Cow<'a, str>, Cow<'a, str>);

impl<'a> Parameters<'a> {
    /// None of the keys of `extra` is reserved.
    pub(crate) fn new(
        auth_key: &'a str,
        auth_timestamp: u64,
        body: &[u8],
        mut extra: Vec<Extra<'a>>,
    ) -> Self {
        sort(&mut extra);
        let auth_timestamp = Ascii::decimal(auth_timestamp);
        // Only for a body: some servers refuse the MD5 of nothing.
        let body_md5 = (!body.is_empty()).then(|| md5_hex(body));
        Self { auth_key, auth_timestamp, body_md5, extra }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let below =
            |key: &str| self.extra.partition_point(|(own, _)| lower_case(own).lt(key.bytes()));
        // The caller's keys never start with `auth_`, so ours stand together.
        let (rest, last) = self.extra.split_at(below("body_md5"));
        let (first, middle) = rest.split_at(below("auth_"));
        let auth = [
            ("auth_key", self.auth_key),
            ("auth_timestamp", self.auth_timestamp.as_str()),
            ("auth_version", "1.0"),
        ];
        let body_md5 = self.body_md5.as_ref().map(|digest| ("body_md5", digest.as_str()));
        pairs(first).chain(auth).chain(pairs(middle)).chain(body_md5).chain(pairs(last))
    }
}

/// Stable, so that the values of a repeated key keep the caller's order.
fn sort(extra: &mut [Extra<'_>]) {
    extra.sort_by(|(a, _), (b, _)| lower_case(a).cmp(lower_case(b)));
}

fn pairs<'a>(extra: &'a [Extra<'_>]) -> impl Iterator<Item = (&'a str, &'a str)> {
    extra.iter().map(|(key, value)| (&**key, &**value))
}

fn lower_case(key: &str) -> impl Iterator<Item = u8> {
    key.bytes().map(|byte| byte.to_ascii_lowercase())
}

/// Writes the last line of the string to sign: `key=value&…`, keys in lower case, nothing encoded.
pub(crate) fn write_parameters<'a>(
    out: &mut String,
    parameters: impl Iterator<Item = (&'a str, &'a str)>,
) {
    let mut separator = "";
    for (key, value) in parameters {
        out.push_str(separator);
        let start = out.len();
        out.push_str(key);
        if let Some(written) = out.get_mut(start..) {
            written.make_ascii_lowercase();
        }
        out.push('=');
        out.push_str(value);
        separator = "&";
    }
}

#[cfg(test)]
mod tests {
    use pusher_vectors::{
        Outcome,
        signing::{Input, Request, Stages},
    };

    use super::{Extra, Parameters, pairs, sort, write_parameters};
    use crate::{
        Secret,
        sign::{digest::md5_hex, hmac_sha256_hex, query_length, write_query},
    };

    /// Every stage of every case, below the types that keep wrong names out.
    #[test]
    fn vectors() {
        for case in pusher_vectors::signing().cases {
            // Ours, where the documentation leaves a choice; what must be refused is refused above.
            if case.result != Outcome::Valid {
                continue;
            }
            let expected = case.expect.expect("a valid case");
            let none =
                Stages { body_md5: None, string_to_sign: None, auth_signature: None, query: None };
            let actual = match &case.input {
                Input::Request(request) => stages(request),
                Input::StringToSign { method, path, query } => {
                    let mut extra: Vec<Extra<'_>> = borrowed(query);
                    sort(&mut extra);
                    let text = text(method, path, pairs(&extra));
                    Stages { string_to_sign: Some(text), ..none }
                }
                Input::AuthSignature { secret, string_to_sign } => {
                    Stages { auth_signature: Some(hmac(secret, string_to_sign)), ..none }
                }
                Input::BodyMd5(body) => {
                    Stages { body_md5: Some(md5_hex(body.as_bytes()).as_str().to_owned()), ..none }
                }
            };
            assert_eq!(actual, expected, "{}: {}", case.id, case.comment);
        }
    }

    fn stages(request: &Request) -> Stages {
        let Request { secret, method, path, query, auth_key, auth_timestamp, body } = request;
        let body = body.as_deref().unwrap_or_default().as_bytes();
        let parameters = Parameters::new(auth_key, *auth_timestamp, body, borrowed(query));
        let string_to_sign = text(method, path, parameters.iter());

        let secret = Secret::new(secret).unwrap();
        let signature = hmac_sha256_hex(&secret, [string_to_sign.as_bytes()]);
        let mut query = String::new();
        write_query(&mut query, &parameters, &signature);
        assert_eq!(query.len(), query_length(&parameters));
        Stages {
            body_md5: parameters.body_md5.as_ref().map(|digest| digest.as_str().to_owned()),
            string_to_sign: Some(string_to_sign),
            auth_signature: Some(signature.as_str().to_owned()),
            query: Some(query),
        }
    }

    fn borrowed(query: &[(String, String)]) -> Vec<Extra<'_>> {
        query.iter().map(|(key, value)| (key.into(), value.into())).collect()
    }

    fn text<'a>(
        method: &str,
        path: &str,
        parameters: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> String {
        let mut text = format!("{method}\n{path}\n");
        write_parameters(&mut text, parameters);
        text
    }

    fn hmac(secret: &str, string_to_sign: &str) -> String {
        let secret = Secret::new(secret).unwrap();
        hmac_sha256_hex(&secret, [string_to_sign.as_bytes()]).as_str().to_owned()
    }
}
