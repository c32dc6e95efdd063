//! Messages to mailboxes, through the platform's SMTP relay.

use std::time::Duration;

use actors::domain::Notice;
use actors::port::courier::{Undelivered, Verdict};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};

use super::words;

/// How long the relay may take.
const WITHIN: Duration = Duration::from_secs(8);
/// Characters of a subject.
const SUBJECT: usize = 200;

/// Whether a text is an e-mail address, with or without a name.
pub fn is_mailbox(text: &str) -> bool {
    text.len() <= 320 && text.parse::<Mailbox>().is_ok()
}

/// A relay.
pub struct Mailer {
    relay: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why there is no mail.
#[derive(Debug, thiserror::Error)]
pub enum NoMail {
    /// The URL is none.
    #[error("SMTP_URL must be as smtps://USER:PASSWORD@HOST or smtp://HOST:25?tls=required, which it is not: {0}")]
    Url(SmtpError),
    /// The sender is none.
    #[error("SMTP_FROM must be an e-mail address, as Alerts <alerts@example.com>")]
    From,
}

impl Mailer {
    /// Through a relay (`smtps://`, or `smtp://` with `?tls=required` or `?tls=opportunistic`), in somebody's name.
    ///
    /// # Errors
    /// [`NoMail`].
    pub fn new(url: &SecretString, from: &str) -> Result<Self, NoMail> {
        let relay = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret()).map_err(NoMail::Url)?;
        Ok(Self {
            relay: relay.timeout(Some(WITHIN)).build(),
            from: from.parse().map_err(|_| NoMail::From)?,
        })
    }

    /// Sends one message to all of these.
    pub(super) async fn send(&self, to: &[String], notices: &[Notice]) -> Result<String, Undelivered> {
        let never = |why: String| Undelivered {
            why,
            verdict: Verdict::Never,
        };
        let Some(first) = notices.first() else {
            return Ok("nothing to tell".to_owned());
        };
        let (title, lines) = words::told(notices);
        let mut letter: MessageBuilder = Message::builder()
            .from(self.from.clone())
            .subject(title.chars().take(SUBJECT).collect::<String>())
            // A repeat has the same id; all of an incident is one thread.
            .message_id(Some(format!("<{}@alert-whisperer>", first.delivery_id)));
        if notices.len() == 1 {
            let thread = format!("<{}@alert-whisperer>", first.message.incident.incident_id);
            letter = letter.in_reply_to(thread.clone()).references(thread);
        }
        for mailbox in to {
            let mailbox: Mailbox = mailbox.parse().map_err(|_| never(format!("{mailbox} is no mailbox")))?;
            letter = letter.to(mailbox);
        }
        let letter = letter
            .header(ContentType::TEXT_PLAIN)
            // Nobody's absence is answered to it (RFC 3834, section 5).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .body(format!("{title}\n\n{}\n", lines.join("\n")))
            .map_err(|error| never(error.to_string()))?;
        match self.relay.send(letter).await {
            Ok(answer) => Ok(format!("{} {}", answer.code(), answer.first_line().unwrap_or_default())),
            Err(error) => Err(Undelivered {
                verdict: match error.is_permanent() {
                    true => Verdict::Never,
                    false => Verdict::Again(None),
                },
                why: error.to_string(),
            }),
        }
    }
}
