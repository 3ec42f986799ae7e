//! Coq terms, and how they are written.

use std::fmt::Write;

/// A term. Patterns and binders are text already: they need no parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A name, a number, or anything else that never needs parentheses.
    Atom(String),
    App(String, Vec<Term>),
    Infix(Box<Term>, &'static str, Box<Term>),
    Tuple(Vec<Term>),
    List(Vec<Term>),
    /// The bytes of a label: a list, with the label in a comment if it is plain text.
    Bytes(Vec<u8>),
    Projection(Box<Term>, String),
    Let(String, Box<Term>, Box<Term>),
    /// `let!`: what follows is done only if there was no panic.
    Bind(String, Box<Term>, Box<Term>),
    If(Box<Term>, Box<Term>, Box<Term>),
    Match(Box<Term>, Vec<(String, Term)>),
    Fun(Vec<String>, Box<Term>),
}

impl Term {
    #[must_use]
    pub fn atom(text: impl Into<String>) -> Self {
        Self::Atom(text.into())
    }

    #[must_use]
    pub fn app(head: impl Into<String>, arguments: Vec<Term>) -> Self {
        let head = head.into();
        if arguments.is_empty() {
            return Self::head_only(head);
        }
        Self::App(head, arguments)
    }

    fn head_only(head: String) -> Self {
        if head.contains(' ') {
            Self::App(head, Vec::new())
        } else {
            Self::Atom(head)
        }
    }

    #[must_use]
    pub fn ret(value: Term) -> Self {
        Self::App("Ret".to_owned(), vec![value])
    }

    /// The text of the term, its lines after the first indented by `indent`.
    #[must_use]
    pub fn print(&self, indent: usize) -> String {
        let mut out = String::new();
        self.write(&mut out, indent);
        out
    }

    fn write(&self, out: &mut String, indent: usize) {
        match self {
            Self::Atom(text) => out.push_str(text),
            Self::App(head, arguments) => {
                out.push_str(head);
                for argument in arguments {
                    out.push(' ');
                    argument.write_closed(out, indent);
                }
            }
            Self::Infix(left, op, right) => {
                left.write_operand(out, indent);
                let _ = write!(out, " {op} ");
                right.write_operand(out, indent);
            }
            Self::Tuple(items) if items.is_empty() => out.push_str("tt"),
            Self::Tuple(items) => write_items(out, indent, items, "(", ", ", ")"),
            Self::List(items) => write_list(out, indent, items),
            Self::Bytes(bytes) => write_bytes(out, indent, bytes),
            Self::Projection(base, field) => {
                base.write_closed(out, indent);
                let _ = write!(out, ".({field})");
            }
            Self::Let(pattern, value, rest) => {
                let quote = if pattern.starts_with('(') { "'" } else { "" };
                let _ = write!(out, "let {quote}{pattern} := ");
                write_step(out, indent, value, rest);
            }
            Self::Bind(pattern, value, rest) => {
                let _ = write!(out, "let! {pattern} := ");
                write_step(out, indent, value, rest);
            }
            Self::If(condition, yes, no) => {
                let _ = write!(out, "if {} then", condition.print(indent));
                newline(out, indent + 2);
                yes.write(out, indent + 2);
                newline(out, indent);
                out.push_str("else ");
                if matches!(**no, Self::If(..)) {
                    no.write(out, indent);
                } else {
                    newline_trimmed(out, indent + 2);
                    no.write(out, indent + 2);
                }
            }
            Self::Match(value, arms) => {
                let _ = write!(out, "match {} with", value.print(indent));
                for (pattern, body) in arms {
                    newline(out, indent);
                    let _ = write!(out, "| {pattern} =>");
                    newline(out, indent + 4);
                    body.write(out, indent + 4);
                }
                newline(out, indent);
                out.push_str("end");
            }
            Self::Fun(parameters, body) => {
                let _ = write!(out, "fun {} =>", parameters.join(" "));
                newline(out, indent + 2);
                body.write(out, indent + 2);
            }
        }
    }

    /// Written so that it can be an argument.
    fn write_closed(&self, out: &mut String, indent: usize) {
        match self {
            Self::Atom(_) | Self::Tuple(_) | Self::List(_) | Self::Projection(..) => {
                self.write(out, indent);
            }
            _ => {
                out.push('(');
                self.write(out, indent);
                out.push(')');
            }
        }
    }

    /// Written so that it can stand beside an operator: an application binds tighter than any.
    fn write_operand(&self, out: &mut String, indent: usize) {
        match self {
            Self::App(..) => self.write(out, indent),
            _ => self.write_closed(out, indent),
        }
    }

    fn is_block(&self) -> bool {
        matches!(
            self,
            Self::Let(..) | Self::Bind(..) | Self::If(..) | Self::Match(..)
        )
    }
}

/// `value in`, and what follows on the next line.
fn write_step(out: &mut String, indent: usize, value: &Term, rest: &Term) {
    if value.is_block() {
        newline_trimmed(out, indent + 2);
        value.write(out, indent + 2);
    } else {
        value.write(out, indent);
    }
    out.push_str(" in");
    newline(out, indent);
    rest.write(out, indent);
}

fn write_items(out: &mut String, indent: usize, items: &[Term], open: &str, by: &str, close: &str) {
    out.push_str(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(by);
        }
        item.write(out, indent);
    }
    out.push_str(close);
}

/// A list; a long one has sixteen items on a line.
fn write_list(out: &mut String, indent: usize, items: &[Term]) {
    const LINE: usize = 16;
    if items.len() <= 2 * LINE {
        return write_items(out, indent, items, "[", "; ", "]");
    }
    out.push('[');
    for (index, line) in items.chunks(LINE).enumerate() {
        if index > 0 {
            out.push(';');
        }
        newline(out, indent + 2);
        write_items(out, indent, line, "", "; ", "");
    }
    out.push(']');
}

fn write_bytes(out: &mut String, indent: usize, bytes: &[u8]) {
    let text: String = bytes.iter().copied().map(char::from).collect();
    if !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " _-:".contains(c))
    {
        let _ = write!(out, "(* {text} *) ");
    }
    let items: Vec<Term> = bytes
        .iter()
        .map(|byte| Term::atom(byte.to_string()))
        .collect();
    write_list(out, indent, &items);
}

fn newline(out: &mut String, indent: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

fn newline_trimmed(out: &mut String, indent: usize) {
    out.truncate(out.trim_end().len());
    newline(out, indent);
}
