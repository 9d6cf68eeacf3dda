//! The form with parameters and XML: AWS Query.
//!
//! A reply becomes JSON: elements are objects, the elements `member` of a list are an array, and everything else is text.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
};
use aws_smithy_types::{body::SdkBody, error::ErrorMetadata};
use quick_xml::{Reader, events::Event};
use serde_json::{Map, Value};

use super::{parameter, refusal};

/// The name of the elements of a list.
const MEMBER: &str = "member";
/// How deep elements may be nested. Replies have five levels at most.
const DEEPEST: usize = 32;

/// Writes a request.
pub(super) fn request(
    operation: &str,
    version: &str,
    input: &Value,
) -> Result<HttpRequest, BoxError> {
    let mut form = format!("Action={operation}&Version={version}");
    for (name, value) in input.as_object().into_iter().flatten() {
        match value {
            Value::Array(members) => {
                for (number, member) in members.iter().enumerate() {
                    add(
                        &mut form,
                        &format!("{name}.{MEMBER}.{}", number + 1),
                        member,
                    );
                }
            }
            value => add(&mut form, name, value),
        }
    }
    let mut request = HttpRequest::new(SdkBody::from(form));
    request.set_method("POST")?;
    request.set_uri("/")?;
    let headers = request.headers_mut();
    headers.try_insert("content-type", "application/x-www-form-urlencoded")?;
    Ok(request)
}

/// Reads a reply, or the error that it is. Returns the result within the reply.
pub(super) fn reply(reply: &HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let body = reply.body().bytes().unwrap_or_default();
    let text = String::from_utf8_lossy(body);
    let Some(mut document) = value(&text) else {
        return Err(OrchestratorError::response("the reply is malformed".into()));
    };
    if reply.status().is_success() {
        let results = document.as_object_mut().into_iter().flatten();
        let mut results = results.filter(|(name, _)| name.ends_with("Result"));
        let result = results.next().map(|(_, result)| result.take());
        return Ok(result.unwrap_or_default());
    }
    let error = &document["Error"];
    let code = error["Code"].as_str();
    let message = error["Message"].as_str();
    Err(OrchestratorError::operation(refusal(code, message)))
}

fn add(form: &mut String, name: &str, value: &Value) {
    form.push('&');
    form.push_str(&parameter(name, value));
}

/// An element that is read.
#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: Map<String, Value>,
    members: Option<Vec<Value>>,
}

impl Element {
    fn add(&mut self, name: String, value: Value) {
        if name == MEMBER {
            self.members.get_or_insert_default().push(value);
        } else {
            self.children.insert(name, value);
        }
    }

    fn finish(self) -> Value {
        match self.members {
            Some(members) => Value::Array(members),
            None if self.children.is_empty() => Value::String(self.text),
            None => Value::Object(self.children),
        }
    }
}

/// Returns what the root element of a document contains.
fn value(text: &str) -> Option<Value> {
    let mut xml = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    loop {
        match xml.read_event().ok()? {
            Event::Start(_) if open.len() == DEEPEST => return None,
            Event::Start(tag) => open.push(Element {
                name: tag.local_name().into_inner().to_owned(),
                ..Element::default()
            }),
            Event::Empty(tag) => {
                let name = tag.local_name().into_inner().to_owned();
                open.last_mut()?.add(name, Value::String(String::new()));
            }
            Event::Text(text) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
            }
            Event::CData(text) => open.last_mut()?.text.push_str(&text),
            Event::GeneralRef(name) => open.last_mut()?.text.push_str(&character(&name)?),
            Event::End(_) => {
                let mut element = open.pop()?;
                let name = std::mem::take(&mut element.name);
                match open.last_mut() {
                    Some(parent) => parent.add(name, element.finish()),
                    None => return Some(element.finish()),
                }
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// Returns what a reference such as `&amp;` stands for.
fn character(name: &str) -> Option<String> {
    let reference = format!("&{name};");
    quick_xml::escape::unescape(&reference).ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use serde_json::json;

    use super::*;

    fn response(status: u16, body: &'static str) -> HttpResponse {
        HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body))
    }

    #[test]
    fn a_request_is_a_form() {
        let input = json!({ "Name": "a b&c", "Actions": ["x:Y", "z"], "Most": 1 });
        let request = request("Do", "2010-05-08", &input).unwrap();
        let form = std::str::from_utf8(request.body().bytes().unwrap()).unwrap();
        assert_eq!(
            form,
            "Action=Do&Version=2010-05-08&Actions.member.1=x%3AY&Actions.member.2=z&Most=1&Name=a%20b%26c"
        );
    }

    #[test]
    fn a_reply_is_the_result_in_it() {
        let body = "<DoResponse xmlns='x'><DoResult><A>1 &amp; &#50;</A><L><member><B>c</B></member><member/></L>\
                    <E/></DoResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DoResponse>";
        let expected = json!({ "A": "1 & 2", "L": [{ "B": "c" }, ""], "E": "" });
        assert_eq!(reply(&response(200, body)).unwrap(), expected);
        let none = "<DoResponse><ResponseMetadata/></DoResponse>";
        assert_eq!(reply(&response(200, none)).unwrap(), Value::Null);
    }

    #[test]
    fn an_error_has_its_code_and_its_message() {
        let body = "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>No &lt;b&gt;.</Message></Error>\
                    <RequestId>r</RequestId></ErrorResponse>";
        let error = reply(&response(404, body)).unwrap_err();
        let error = error.as_operation_error().unwrap();
        assert_eq!(
            (error.code(), error.message()),
            (Some("NoSuchEntity"), Some("No <b>."))
        );
    }

    #[test]
    fn what_is_malformed_or_nested_too_deeply_is_no_reply() {
        let deep = "<a>".repeat(DEEPEST + 1) + &"</a>".repeat(DEEPEST + 1);
        for body in ["", "x", "<a>", "<a><b></a>", "<a>&x;</a>", deep.leak()] {
            assert!(reply(&response(200, body)).is_err(), "{body}");
        }
    }
}
