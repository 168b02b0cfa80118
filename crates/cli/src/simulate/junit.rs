//! What was expected and found, as JUnit reports tests.
//!
//! Spec: the schema that readers agree on, as testmoapp/junitxml writes it down: suites
//! with their counts, a case each, of which one that fails has a `failure`.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::Answered;
use crate::excerpt::printable;

/// The document. Names and texts of files go through [`text`].
pub(super) fn report(suite: &str, answered: &[Answered]) -> io::Result<Vec<u8>> {
    let different = answered.iter().filter(|it| it.is_different()).count();
    let counts = [("tests", answered.len().to_string()), ("failures", different.to_string())];
    let counts = || counts.iter().map(|(name, count)| (*name, count.as_str()));
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let name = text(suite);
    let root = writer.create_element("testsuites").with_attributes(counts());
    root.write_inner_content(|writer| {
        let element = writer.create_element("testsuite").with_attribute(("name", name.as_str()));
        element
            .with_attributes(counts())
            .write_inner_content(|writer| answered.iter().try_for_each(|it| case(writer, it)))?;
        Ok(())
    })?;
    let mut document = writer.into_inner();
    document.push(b'\n');
    Ok(document)
}

fn case(writer: &mut Writer<Vec<u8>>, answered: &Answered) -> io::Result<()> {
    let inquiry = &answered.asked.inquiry;
    let name = text(&format!("{} {}", inquiry.action, inquiry.resource));
    let class = text(&inquiry.caller);
    let mut element = writer
        .create_element("testcase")
        .with_attributes([("classname", class.as_str()), ("name", name.as_str())]);
    if let Some(origin) = &answered.asked.origin {
        let (file, line) = (text(&origin.file), origin.line.to_string());
        element = element.with_attributes([("file", file.as_str()), ("line", line.as_str())]);
    }
    if !answered.is_different() {
        element.write_empty()?;
        return Ok(());
    }
    let message = text(&answered.difference());
    let reasons: Vec<String> = answered.reasons().iter().map(|reason| text(reason)).collect();
    element.write_inner_content(|writer| {
        let failure = writer.create_element("failure");
        let failure = failure.with_attributes([("message", message.as_str()), ("type", "access")]);
        failure.write_text_content(BytesText::new(&reasons.join("\n")))?;
        Ok(())
    })?;
    Ok(())
}

/// A text that XML can hold; markup is escaped by the writer.
///
/// Spec: XML 1.0, 2.2: no control characters, and neither U+FFFE nor U+FFFF.
fn text(text: &str) -> String {
    printable(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
