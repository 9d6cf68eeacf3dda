//! Logs in the form that the parent reads from our standard error: one JSON object per line.
//!
//! What may appear is an allow-list, because the text ends up in files that people share: events come only from
//! the named code, and of their fields only numbers, flags and the named ones show their value. Libraries log whole
//! requests, credentials among them; they are not on the list.
//!
//! With logging off nothing is installed, so an event costs a load and a comparison.

mod record;

use std::env;
use std::fmt;
use std::io::Write;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, registry};

use record::Fields;

/// What may be logged, and when.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// The environment variables that set the level; the first that is not empty decides.
    pub level_variables: &'static [&'static str],
    /// The crates, or modules as `crate::module`, whose events are logged.
    pub targets: &'static [&'static str],
    /// The fields whose text is logged; of others only numbers and flags are.
    pub fields: &'static [&'static str],
}

/// Logs to standard error from now on, if the environment asks for it.
pub fn install(policy: &Policy) {
    let level = level(policy.level_variables, |name| env::var(name).ok());
    if level == LevelFilter::OFF {
        return;
    }
    let layer = HclogLayer {
        policy: *policy,
        level,
        // The parent may be gone, and a log line is no reason to fail.
        write: |line: &str| drop(std::io::stderr().lock().write_all(line.as_bytes())),
    };
    // Fails only if this process logs already.
    let _ = registry().with(layer).try_init();
}

/// Reads the level as Terraform does: unset is off, `JSON` and unknown words are everything.
fn level(variables: &[&str], lookup: impl Fn(&str) -> Option<String>) -> LevelFilter {
    let word = variables
        .iter()
        .find_map(|name| lookup(name).filter(|word| !word.is_empty()));
    let Some(word) = word else {
        return LevelFilter::OFF;
    };
    match word.to_ascii_uppercase().as_str() {
        "OFF" => LevelFilter::OFF,
        "ERROR" => LevelFilter::ERROR,
        "WARN" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}

/// Writes each event, with the fields of the spans around it, as one line.
struct HclogLayer<W> {
    policy: Policy,
    level: LevelFilter,
    write: W,
}

impl<W> HclogLayer<W> {
    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
            && self.policy.targets.iter().any(|target| {
                metadata
                    .target()
                    .strip_prefix(target)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            })
    }
}

impl<S, W> Layer<S> for HclogLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&str) + 'static,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.wants(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.wants(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::new(self.policy.fields);
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::new(self.policy.fields);
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root())
        {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.extend(outer);
            }
        }
        event.record(&mut fields);
        (self.write)(&fields.into_line(event.metadata()));
    }
}

impl<W> fmt::Debug for HclogLayer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HclogLayer")
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
