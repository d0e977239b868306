//! A manual page from a page of the documentation.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use roff::{Inline, Roff, bold, italic, line_break, roman};

/// Name, section and the rest of what stands in a page's head and foot.
#[derive(Debug, Clone, Copy)]
pub struct Heading<'a> {
    /// Name of the page, such as `isptuned.toml`.
    pub name: &'a str,
    /// Section of the manual.
    pub section: &'a str,
    /// What the page describes, in half a line.
    pub summary: &'a str,
    /// Program and version.
    pub source: &'a str,
}

/// The page in ROFF. Of Markdown it knows headings, paragraphs, lists, code, tables and emphasis;
/// the title is left out, links lose their target. The rows of a table become paragraphs under the
/// text of their first cell.
pub fn roff(heading: Heading<'_>, markdown: &str) -> String {
    let mut page = Page::default();
    page.roff.control("TH", [heading.name, heading.section, "", heading.source, ""]);
    page.roff.control("SH", ["NAME"]);
    page.roff.text([roman(format!("{} - {}", heading.name, heading.summary))]);
    page.roff.control("SH", ["DESCRIPTION"]);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        page.hear(event);
    }
    page.roff.render()
}

#[derive(Default)]
struct Page {
    roff: Roff,
    /// Text of the element that is open.
    line: Vec<Inline>,
    /// Numbers of the lists that are open, the innermost last; `None` for one of dots.
    lists: Vec<Option<u64>>,
    cells: Vec<Vec<Inline>>,
    header: Vec<String>,
    strong: bool,
    emphasised: bool,
    code_block: bool,
}

impl Page {
    fn hear(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.open(&tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text) if self.code_block => {
                for line in text.lines() {
                    self.roff.text([roman(line)]);
                }
            }
            Event::Text(text) => self.say(&text),
            Event::Code(text) => self.line.push(bold(text.as_ref())),
            Event::SoftBreak => self.line.push(roman(" ")),
            Event::HardBreak => self.line.push(line_break()),
            // Anchors and comments mean nothing on paper.
            _ => {}
        }
    }

    fn say(&mut self, text: &str) {
        self.line.push(match (self.strong, self.emphasised) {
            (true, _) => bold(text),
            (_, true) => italic(text),
            _ => roman(text),
        });
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Strong => self.strong = true,
            Tag::Emphasis => self.emphasised = true,
            Tag::CodeBlock(_) => {
                self.code_block = true;
                self.roff.control("PP", []).control("RS", ["4"]).control("nf", []);
            }
            Tag::List(first) => {
                // Text of an item that holds a list of its own.
                self.end_line();
                if !self.lists.is_empty() {
                    self.roff.control("RS", ["4"]);
                }
                self.lists.push(*first);
            }
            Tag::Item => {
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}.", *number - 1)
                    }
                    _ => "\u{2022}".to_owned(),
                };
                self.roff.control("IP", [mark.as_str(), "4"]);
            }
            Tag::Paragraph if self.lists.is_empty() => {
                self.roff.control("PP", []);
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.strong = false,
            TagEnd::Emphasis => self.emphasised = false,
            TagEnd::CodeBlock => {
                self.code_block = false;
                self.roff.control("fi", []).control("RE", []);
            }
            TagEnd::Heading(level) => {
                let title: String = std::mem::take(&mut self.line).iter().map(text_of).collect();
                match level as usize {
                    1 => {}
                    2 => {
                        // As it is written: the names of tables and keys are no capitals.
                        self.roff.control("SH", [title.as_str()]);
                    }
                    _ => {
                        self.roff.control("SS", [title.as_str()]);
                    }
                }
            }
            TagEnd::List(_) => {
                self.lists.pop();
                if !self.lists.is_empty() {
                    self.roff.control("RE", []);
                }
            }
            TagEnd::TableCell => self.cells.push(std::mem::take(&mut self.line)),
            TagEnd::TableHead => {
                let cells = std::mem::take(&mut self.cells);
                self.header = cells.iter().map(|cell| cell.iter().map(text_of).collect()).collect();
            }
            TagEnd::TableRow => self.end_row(),
            TagEnd::Paragraph | TagEnd::Item => self.end_line(),
            _ => {}
        }
    }

    fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.roff.text(std::mem::take(&mut self.line));
        }
    }

    /// A row: what its first cell names, then the second one, which explains it; what follows comes
    /// with the head of its column.
    fn end_row(&mut self) {
        let mut cells = std::mem::take(&mut self.cells).into_iter();
        let Some(name) = cells.next() else { return };
        self.roff.control("TP", []).text(name);
        let mut body = cells.next().unwrap_or_default();
        for (head, cell) in
            self.header.iter().skip(2).zip(cells).filter(|(_, cell)| !cell.is_empty())
        {
            body.push(roman(format!(" ({head}: ")));
            body.extend(cell);
            body.push(roman(")"));
        }
        self.roff.text(body);
    }
}

fn text_of(inline: &Inline) -> &str {
    match inline {
        Inline::Roman(text) | Inline::Italic(text) | Inline::Bold(text) => text,
        Inline::LineBreak => " ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: Heading<'_> = Heading {
        name: "lamp.toml",
        section: "5",
        summary: "configuration of a lamp",
        source: "lamp 1.2",
    };

    #[test]
    fn headings_paragraphs_and_lists_become_macros() {
        let page = "# Lamp\n\nA *short* text\nwith `code`.\n\n## The light\n\n### Colour\n\n\
                    1. one\n2. two\n   - deeper\n";
        let expected = ".SH NAME\nlamp.toml \\- configuration of a lamp\n.SH DESCRIPTION\n.PP\n\
                        A \\fIshort\\fR text with \\fBcode\\fR.\n.SH \"The light\"\n.SS Colour\n\
                        .IP 1. 4\none\n.IP 2. 4\ntwo\n.RS 4\n.IP \u{2022} 4\ndeeper\n.RE\n";
        let made = roff(HEADING, page);
        assert!(made.ends_with(expected), "{made}");
        assert!(made.contains("\n.TH lamp.toml 5  \"lamp 1.2\""), "{made}");
    }

    #[test]
    fn a_row_of_a_table_is_a_paragraph_under_its_key() {
        let page = "| key | means | default |\n|---|---|---|\n| `level` | how bright | `7` |\n";
        let made = roff(HEADING, page);
        let expected = ".TP\n\\fBlevel\\fR\nhow bright (default: \\fB7\\fR)\n";
        assert!(made.ends_with(expected), "{made}");
    }

    #[test]
    fn lines_of_code_stay_lines_and_do_no_harm() {
        let made = roff(HEADING, "```toml\n[lamp]\n.level = \"\\\\n\"\n```\n");
        assert!(made.contains(".nf\n[lamp]\n\\&.level = \"\\\\\\\\n\"\n.fi"), "{made}");
    }
}
