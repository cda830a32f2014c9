//! Floor 0: the one place that parses YAML. Repositories are hostile, so size, nesting, repetition and duplicate keys
//! are checked on the event stream before anything is built from it; every node keeps its position.

use std::collections::{BTreeSet, HashMap};

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde::de::DeserializeOwned;

/// Bytes of one file.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Nesting of collections.
const MAX_DEPTH: usize = 64;
/// Nodes after aliases are followed.
const MAX_NODES: usize = 400_000;
/// Lines inside brackets that may stand too far left, in a text of at most so many bytes: each is read once more.
const MAX_SHIFTED: usize = 24;
const MAX_SHIFTED_BYTES: usize = 256 * 1024;
/// How far such a line is moved.
const SHIFT: usize = 200;
/// How the parser says that a line stands too far left.
const OUTDENTED: &[&str] = &["invalid indentation", "invalid indentation in flow construct"];

/// A node with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Counted from 1.
    pub line: u64,
    /// Counted from 1.
    pub column: u64,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A scalar, as its text; `plain` when it was not quoted, so that it may stand for null, a boolean or a number.
    Scalar {
        /// The text.
        text: String,
        /// Whether it was written without quotes.
        plain: bool,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping in the order of the file; merge keys (`<<`) are already merged.
    Mapping(Vec<(Node, Node)>),
}

/// Why a text is not accepted as YAML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column})")]
pub struct Error {
    /// What is wrong.
    pub message: String,
    /// Counted from 1.
    pub line: u64,
    /// Counted from 1.
    pub column: u64,
}

impl Node {
    /// The text of a scalar, unless it is a plain null.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, plain } if !(*plain && is_null(text)) => Some(text),
            _ => None,
        }
    }

    /// A plain `true` or `false` in the spellings of YAML 1.2's core schema.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.value {
            Value::Scalar { text, plain: true } => match text.as_str() {
                "true" | "True" | "TRUE" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is a plain null or empty.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if is_null(text))
    }

    /// The items of a list.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping.
    pub fn entries(&self) -> &[(Self, Self)] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// Whether it is a mapping.
    pub fn is_mapping(&self) -> bool {
        matches!(self.value, Value::Mapping(_))
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
    }

    /// The value under a dotted path of keys.
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |node, key| node.get(key))
    }

    /// A scalar, or the scalars of a list.
    pub fn strings(&self) -> Vec<&str> {
        match self.as_str() {
            Some(text) => vec![text],
            None => self.items().iter().filter_map(Self::as_str).collect(),
        }
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// The first document of a text; `None` for a text without any node.
pub fn parse(text: &str) -> Result<Option<Node>, Error> {
    let mut documents = parse_all(text)?;
    Ok(if documents.is_empty() { None } else { Some(documents.swap_remove(0)) })
}

/// All documents of a text.
pub fn parse_all(text: &str) -> Result<Vec<Node>, Error> {
    if text.len() > MAX_BYTES {
        return Err(Error { message: format!("larger than {MAX_BYTES} bytes"), line: 1, column: 1 });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    build(text).or_else(|error| build_shifted(text, error))
}

fn build(text: &str) -> Result<Vec<Node>, Error> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| Error {
            message: error.info().to_owned(),
            line: error.marker().line() as u64,
            column: error.marker().col() as u64 + 1,
        })?;
        builder.event(event, span)?;
    }
    Ok(builder.documents)
}

/// Inside brackets, other readers take lines that stand as far left as what surrounds them, such as a closing bracket
/// below its key. Such lines are moved to the right; their columns are set right again.
fn build_shifted(text: &str, first: Error) -> Result<Vec<Node>, Error> {
    let mut lines: Vec<String> = Vec::new();
    let mut shifted: BTreeSet<u64> = BTreeSet::new();
    let mut error = first.clone();
    while text.len() <= MAX_SHIFTED_BYTES && shifted.len() < MAX_SHIFTED && OUTDENTED.contains(&error.message.as_str())
    {
        if lines.is_empty() {
            lines = text.split('\n').map(str::to_owned).collect();
        }
        let index = usize::try_from(error.line).ok().and_then(|line| line.checked_sub(1));
        let Some(line) = index.and_then(|index| lines.get_mut(index)) else { break };
        if !shifted.insert(error.line) {
            break;
        }
        line.insert_str(0, &" ".repeat(SHIFT));
        match build(&lines.join("\n")) {
            Ok(mut documents) => {
                documents.iter_mut().for_each(|node| shift_back(node, &shifted));
                return Ok(documents);
            }
            Err(next) => error = next,
        }
    }
    Err(first)
}

fn shift_back(node: &mut Node, shifted: &BTreeSet<u64>) {
    if shifted.contains(&node.line) {
        node.column = node.column.saturating_sub(SHIFT as u64).max(1);
    }
    match &mut node.value {
        Value::Sequence(items) => items.iter_mut().for_each(|item| shift_back(item, shifted)),
        Value::Mapping(entries) => entries.iter_mut().for_each(|(key, value)| {
            shift_back(key, shifted);
            shift_back(value, shifted);
        }),
        Value::Scalar { .. } => {}
    }
}

/// A text as a type of ours, after the same checks. The error names line and column where the parser knows them.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    parse(text)?;
    serde_yaml::from_str(text).map_err(|error| Error {
        line: error.location().map_or(1, |at| at.line() as u64),
        column: error.location().map_or(1, |at| at.column() as u64),
        message: error.to_string(),
    })
}

/// A value of ours as YAML.
pub fn to_string<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    serde_yaml::to_string(value).map_err(|error| Error { message: error.to_string(), line: 1, column: 1 })
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
}

struct Open {
    node: Node,
    anchor: usize,
    /// For a mapping: the key that waits for its value.
    key: Option<Node>,
    seen: BTreeSet<String>,
    started_at: usize,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Error> {
        let (line, column) = (span.start.line() as u64, span.start.col() as u64 + 1);
        let error = |message: &str| Error { message: message.to_owned(), line, column };
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = Value::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                self.nodes += 1;
                self.put(Node { line, column, value }, anchor, 1, &error)?;
            }
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                if self.open.len() >= MAX_DEPTH {
                    return Err(error(&format!("nested deeper than {MAX_DEPTH} levels")));
                }
                let value = match event {
                    Event::SequenceStart(..) => Value::Sequence(Vec::new()),
                    _ => Value::Mapping(Vec::new()),
                };
                self.nodes += 1;
                self.open.push(Open {
                    node: Node { line, column, value },
                    anchor,
                    key: None,
                    seen: BTreeSet::new(),
                    started_at: self.nodes - 1,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(done) = self.open.pop() {
                    let size = self.nodes - done.started_at;
                    self.put(done.node, done.anchor, size, &error)?;
                }
            }
            Event::Alias(anchor) => {
                let (node, size) = self
                    .anchors
                    .get(&anchor)
                    .cloned()
                    .ok_or_else(|| error("an alias of an unknown or unfinished anchor"))?;
                self.nodes += size;
                if self.nodes > MAX_NODES {
                    return Err(error("its aliases repeat too much"));
                }
                self.put(node, 0, size, &error)?;
            }
            Event::DocumentStart(_) => self.anchors.clear(),
            _ => {}
        }
        if self.nodes > MAX_NODES {
            return Err(error(&format!("more than {MAX_NODES} nodes")));
        }
        Ok(())
    }

    fn put(&mut self, node: Node, anchor: usize, size: usize, error: &dyn Fn(&str) -> Error) -> Result<(), Error> {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match (&mut open.node.value, open.key.take()) {
            (Value::Sequence(items), _) => items.push(node),
            (Value::Mapping(_), None) => {
                if let Some(text) = node.as_str()
                    && text != "<<"
                    && !open.seen.insert(text.to_owned())
                {
                    return Err(error(&format!("the key `{text}` stands twice in one mapping")));
                }
                open.key = Some(node);
            }
            (Value::Mapping(entries), Some(key)) if key.as_str() == Some("<<") => merge(entries, &node),
            (Value::Mapping(entries), Some(key)) => {
                // An explicit key goes before a merged one, wherever the merge stands.
                entries.retain(|(name, _)| name.as_str().is_none() || name.as_str() != key.as_str());
                entries.push((key, node));
            }
            (Value::Scalar { .. }, _) => {}
        }
        Ok(())
    }
}

fn merge(entries: &mut Vec<(Node, Node)>, from: &Node) {
    let sources = if from.is_mapping() { std::slice::from_ref(from) } else { from.items() };
    for source in sources {
        for (key, value) in source.entries() {
            if !entries.iter().any(|(name, _)| name.as_str() == key.as_str()) {
                entries.push((key.clone(), value.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn keeps_positions_and_merges() {
        let node = parse("a: &x\n  b: 1\nc:\n  <<: *x\n  d: yes\n").expect("valid").expect("a node");
        assert_eq!(node.at("c.b").and_then(Node::as_str), Some("1"));
        assert_eq!(node.at("c.d").map(|d| (d.line, d.column)), Some((5, 6)));
        assert_eq!(node.at("c.d").and_then(Node::as_bool), None, "`yes` is a text in YAML 1.2");
    }

    #[rstest]
    #[case::duplicate("a: 1\na: 2\n", "the key `a` stands twice in one mapping (line 2, column 1)")]
    #[case::deep(&"[".repeat(100), "nested deeper than 64 levels (line 1, column 65)")]
    #[case::unclosed("a: [1", "")]
    fn refuses(#[case] text: &str, #[case] message: &str) {
        let error = parse(text).expect_err("refused");
        assert!(error.to_string().contains(message), "{error}");
    }

    #[rstest]
    #[case::bracket("a:\n  b: [\n    x,\n  ]\n  c: 1\n", 3, 5)]
    #[case::leftmost("a:\n  b: [\nx\n]\n  c: 1\n", 3, 1)]
    #[case::braces("a:\n  b: {\n  k: x\n  }\n  c: 1\n", 3, 6)]
    fn lines_inside_brackets_may_stand_anywhere(#[case] text: &str, #[case] line: u64, #[case] column: u64) {
        let node = parse(text).expect("valid").expect("a node");
        let b = node.at("a.b").expect("a value");
        let x = b.items().first().or_else(|| b.get("k")).expect("an item");
        assert_eq!((x.as_str(), x.line, x.column), (Some("x"), line, column));
        assert_eq!(node.at("a.c").and_then(Node::as_str), Some("1"));
    }

    #[test]
    fn refuses_a_bomb() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..12 {
            let previous = format!("*a{}", i - 1);
            text.push_str(&format!("a{i}: &a{i} [{}]\n", [previous.as_str(); 10].join(", ")));
        }
        assert!(parse(&text).expect_err("refused").message.contains("aliases"));
    }

    #[test]
    fn empty_texts_have_no_node() {
        assert_eq!(parse("# only a comment\n"), Ok(None));
    }
}
