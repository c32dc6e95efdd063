//! What is sent to a company's own webhook channels (OpenAPI 3.1, `webhooks`).

use actors::domain::News;
use strum::IntoEnumIterator;
use utoipa::ToSchema;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Content, PathItem, Paths, Ref, Required, ResponseBuilder};

use crate::http::schemas::Schemas;
use crate::notify::Body;

/// Headers by which a receiver knows that it is us, and a repeat from something new (standardwebhooks.com).
const HEADERS: [(&str, &str); 3] = [
    ("webhook-id", "The message's id: the same whenever it is tried again."),
    ("webhook-timestamp", "When it was sent, in seconds since 1970."),
    (
        "webhook-signature",
        "`v1,` and the base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}` under the channel's secret.",
    ),
];

/// Every kind of news, as it is sent.
pub(super) fn webhooks(schemas: &mut Schemas) -> Paths {
    schemas.add::<Body>();
    let mut paths = PathsBuilder::new();
    for news in News::iter() {
        paths = paths.path(news.as_str(), PathItem::new(HttpMethod::Post, operation(news)));
    }
    paths.build()
}

fn operation(news: News) -> Operation {
    let message = Ref::from_schema_name(Body::name());
    let body = RequestBodyBuilder::new()
        .content("application/json", Content::new(Some(message)))
        .required(Some(Required::True));
    let operation = OperationBuilder::new()
        .summary(Some(format!("Tells a webhook channel `{}`", news.as_str())))
        .request_body(Some(body.build()))
        .response("2XX", ResponseBuilder::new().description("It was taken."))
        .response(
            "410",
            ResponseBuilder::new().description("Nothing is sent to this channel any more, until it is set anew."),
        )
        .response(
            "default",
            ResponseBuilder::new().description("It is tried again, eleven times within three days."),
        );
    let with_headers = HEADERS.into_iter().fold(operation, |operation, (name, description)| {
        operation.parameter(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Header)
                .required(Required::True)
                .description(Some(description))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String))),
        )
    });
    with_headers.build()
}
